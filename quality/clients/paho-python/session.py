"""Paho Python as a program that a test drives.

    session.py receive TRANSPORT HOST PORT CLIENT_ID QOS       subscribes to paho/#, till "end"
    session.py subscribe TRANSPORT HOST PORT CLIENT_ID QOS     subscribes to paho/# and leaves
    session.py send TRANSPORT HOST PORT CLIENT_ID QOS COUNT    publishes 0 ... COUNT-1, then "end"
    session.py retain TRANSPORT HOST PORT CLIENT_ID QOS TEXT   publishes a retained message
    session.py die TRANSPORT HOST PORT CLIENT_ID QOS           connects with a will and dies

TRANSPORT is tcp or websockets. Lines on stdout tell what happens: "connected P" (P is session
present), "ready QOS" (what was granted), "heard QOS RETAINED TOPIC PAYLOAD".
"""

import os
import sys
import threading

import paho.mqtt.client as mqtt

PATIENCE_S = 10
role, transport, host, port, client_id, qos = sys.argv[1:7]
qos = int(qos)
topic = "paho/%d" % qos
connected = threading.Event()
subscribed = threading.Event()
ended = threading.Event()


def say(*words):
    print(*words, flush=True)


def on_connect(client, userdata, flags, code):
    if code != 0:
        say("refused", code)
        os._exit(1)
    say("connected", flags["session present"])
    connected.set()


def on_subscribe(client, userdata, packet_id, granted):
    say("ready", *granted)
    subscribed.set()


def on_message(client, userdata, message):
    say("heard", message.qos, int(message.retain), message.topic, message.payload.decode())
    if message.payload == b"end":
        ended.set()


def wait_for(event):
    if not event.wait(PATIENCE_S):
        say("waited in vain")
        os._exit(1)


def publish(payload, retain=False):
    return client.publish(topic, payload, qos, retain)


def act():
    if role in ("receive", "subscribe"):
        client.subscribe("paho/#", qos)
        wait_for(subscribed)
    if role == "receive":
        wait_for(ended)
    elif role == "send":
        sent = [publish(str(number)) for number in range(int(sys.argv[7]))] + [publish("end")]
        for one in sent:
            one.wait_for_publish(PATIENCE_S)
    elif role == "retain":
        publish(sys.argv[7], retain=True).wait_for_publish(PATIENCE_S)
    elif role == "die":
        os._exit(0)


options = {"clean_session": False, "protocol": mqtt.MQTTv311, "transport": transport}
if hasattr(mqtt, "CallbackAPIVersion"):
    # Paho 2 asks which callbacks it shall call: those of Paho 1.
    options["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
client = mqtt.Client(client_id=client_id, **options)
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.ws_set_options(path="/mqtt")
client.max_inflight_messages_set(100)
client.will_set(topic, "end", qos)
client.connect(host, int(port))
client.loop_start()
wait_for(connected)
act()
client.disconnect()
client.loop_stop()
