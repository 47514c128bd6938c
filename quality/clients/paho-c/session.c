/*
 * Paho C over a session that outlives its connections.
 *
 *   session receive URI CLIENT_ID        subscribes to paho/# and tells what it hears until "end"
 *   session subscribe URI CLIENT_ID      subscribes to paho/# and leaves
 *   session send URI CLIENT_ID QOS COUNT publishes 0 … COUNT-1 to paho/QOS and then "end"
 *
 * A lost connection is opened again, and the session goes on. Lines on stdout tell what happens:
 * "ready P" and "back P" (P is session present), "heard QOS RETAINED TOPIC PAYLOAD", "sent COUNT".
 */
#include <MQTTClient.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S 15
#define DISCONNECT_TIMEOUT_MS 1000
#define INFLIGHT_MAX 20

/* Shared with the thread that Paho calls back on. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int is_lost = 0;
static int is_ended = 0;
static int unacknowledged = 0;

static void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

static void fail(const char *what, int code)
{
    fprintf(stderr, "%s: %d\n", what, code);
    exit(1);
}

static void add(int *counter, int amount)
{
    pthread_mutex_lock(&lock);
    *counter += amount;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
}

static void connection_lost(void *context, char *cause)
{
    (void)context;
    (void)cause;
    add(&is_lost, 1);
}

static void delivery_complete(void *context, MQTTClient_deliveryToken token)
{
    (void)context;
    (void)token;
    add(&unacknowledged, -1);
}

static int message_arrived(void *context, char *topic, int topic_length,
                           MQTTClient_message *message)
{
    (void)context;
    (void)topic_length;
    int length = message->payloadlen;
    const char *payload = message->payload;
    say("heard %d %d %s %.*s\n", message->qos, message->retained, topic, length, payload);
    if (length == 3 && memcmp(payload, "end", 3) == 0) add(&is_ended, 1);
    MQTTClient_freeMessage(&message);
    MQTTClient_free(topic);
    return 1;
}

/* Opens a connection for the client's session and says whether the broker knew the session. */
static int open_connection(MQTTClient client, const char *word)
{
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    options.cleansession = 0;
    options.reliable = 0;
    options.maxInflightMessages = INFLIGHT_MAX;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    int code = MQTTClient_connect(client, &options);
    if (code == MQTTCLIENT_SUCCESS) say("%s %d\n", word, options.returned.sessionPresent);
    return code;
}

static void connect_first(MQTTClient client)
{
    int code = open_connection(client, "connected");
    if (code != MQTTCLIENT_SUCCESS) fail("connect", code);
}

static MQTTClient new_client(const char *uri, const char *client_id)
{
    MQTTClient client;
    int code = MQTTClient_create(&client, uri, client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL);
    if (code != MQTTCLIENT_SUCCESS) fail("create", code);
    code = MQTTClient_setCallbacks(client, NULL, connection_lost, message_arrived,
                                  delivery_complete);
    if (code != MQTTCLIENT_SUCCESS) fail("set callbacks", code);
    return client;
}

/* Waits until a counter lies from `least` to `most`, over as many connections as that takes. */
static void await(MQTTClient client, const int *counter, int least, int most)
{
    pthread_mutex_lock(&lock);
    while (*counter < least || *counter > most) {
        if (is_lost == 0) {
            pthread_cond_wait(&changed, &lock);
        } else {
            is_lost = 0;
            pthread_mutex_unlock(&lock);
            /* It may be cut again while it is opened. */
            while (open_connection(client, "back") != MQTTCLIENT_SUCCESS) continue;
            pthread_mutex_lock(&lock);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void receive(MQTTClient client, int ends)
{
    connect_first(client);
    int code = MQTTClient_subscribe(client, "paho/#", 2);
    if (code != MQTTCLIENT_SUCCESS) fail("subscribe", code);
    say("ready\n");
    await(client, &is_ended, ends, INT_MAX);
}

/* Publishes one message; without a connection as soon as there is one again. */
static void publish(MQTTClient client, const char *topic, int qos, char *text)
{
    if (qos > 0) {
        await(client, &unacknowledged, 0, INFLIGHT_MAX - 1);
        add(&unacknowledged, 1);
    }
    int length = (int)strlen(text);
    int code = MQTTClient_publish(client, topic, length, text, qos, 0, NULL);
    while (code != MQTTCLIENT_SUCCESS) {
        if (MQTTClient_isConnected(client)) fail("publish", code);
        await(client, &is_lost, 0, 0);
        code = MQTTClient_publish(client, topic, length, text, qos, 0, NULL);
    }
}

static void send_all(MQTTClient client, int qos, int count)
{
    char topic[32];
    char text[32];
    snprintf(topic, sizeof topic, "paho/%d", qos);
    connect_first(client);
    for (int number = 0; number < count; number++) {
        snprintf(text, sizeof text, "%d", number);
        publish(client, topic, qos, text);
    }
    publish(client, topic, 2, "end");
    await(client, &unacknowledged, 0, 0);
    say("sent %d\n", count);
}

int main(int argc, char **argv)
{
    if (argc < 4) fail("arguments", argc);
    alarm(PATIENCE_S);
    MQTTClient client = new_client(argv[2], argv[3]);
    if (strcmp(argv[1], "receive") == 0) receive(client, 1);
    else if (strcmp(argv[1], "subscribe") == 0) receive(client, 0);
    else if (argc == 6) send_all(client, atoi(argv[4]), atoi(argv[5]));
    else fail("arguments", argc);
    MQTTClient_disconnect(client, DISCONNECT_TIMEOUT_MS);
    MQTTClient_destroy(&client);
    return 0;
}
