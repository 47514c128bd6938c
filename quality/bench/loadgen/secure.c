#include "secure.h"

#ifdef WITH_TLS

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

struct secure {
  SSL *ssl;
  struct buffer sealed;
};

static SSL_CTX *context;
static BIO_METHOD *method;
/* What was received and not read yet: of one connection, during secure_received() alone. */
static struct {
  const uint8_t *at;
  size_t bytes;
} source;

__attribute__((noreturn)) static void fail_secure(const char *what, const SSL *ssl) {
  char text[256] = "no reason is given";
  unsigned long code = ERR_get_error();
  if (code != 0) ERR_error_string_n(code, text, sizeof text);
  long verified = ssl == NULL ? X509_V_OK : SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) fail("%s: %s", what, X509_verify_cert_error_string(verified));
  fail("%s: %s", what, text);
}

static int on_read(BIO *bio, char *to, int room) {
  BIO_clear_retry_flags(bio);
  if (source.bytes == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  size_t bytes = source.bytes < (size_t)room ? source.bytes : (size_t)room;
  memcpy(to, source.at, bytes);
  source.at += bytes;
  source.bytes -= bytes;
  return (int)bytes;
}

static int on_write(BIO *bio, const char *from, int bytes) {
  struct buffer *sealed = BIO_get_data(bio);
  memcpy(buffer_room(sealed, (size_t)bytes), from, (size_t)bytes);
  sealed->end += (size_t)bytes;
  return bytes;
}

static long on_control(BIO *bio, int command, long number, void *pointer) {
  (void)bio, (void)number, (void)pointer;
  return command == BIO_CTRL_FLUSH;
}

void secure_open(const char *host) {
  const char *ca = option_text("ca", NULL);
  if (ca == NULL) return;
  context = SSL_CTX_new(TLS_client_method());
  method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "loadgen");
  if (context == NULL || method == NULL) fail_secure("cannot prepare TLS", NULL);
  BIO_meth_set_read(method, on_read);
  BIO_meth_set_write(method, on_write);
  BIO_meth_set_ctrl(method, on_control);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_load_verify_file(context, ca) != 1) fail_secure("cannot use the authority", NULL);
  X509_VERIFY_PARAM *expected = SSL_CTX_get0_param(context);
  if (X509_VERIFY_PARAM_set1_ip_asc(expected, host) != 1) {
    X509_VERIFY_PARAM_set1_host(expected, host, 0);
  }
}

struct secure *secure_start(void) {
  if (context == NULL) return NULL;
  struct secure *secure = take(1, sizeof *secure);
  BIO *bio = BIO_new(method);
  secure->ssl = SSL_new(context);
  if (bio == NULL || secure->ssl == NULL) fail_secure("cannot prepare a connection", NULL);
  BIO_set_data(bio, &secure->sealed);
  BIO_set_init(bio, 1);
  SSL_set_bio(secure->ssl, bio, bio);
  SSL_set_connect_state(secure->ssl);
  SSL_do_handshake(secure->ssl); /* writes its first message, and waits */
  return secure;
}

size_t secure_received(struct secure *secure, const uint8_t *from, size_t bytes, uint8_t *to,
                       size_t room) {
  source.at = from;
  source.bytes = bytes;
  size_t total = 0;
  while (source.bytes > 0) {
    size_t got;
    if (SSL_read_ex(secure->ssl, to + total, room - total, &got) == 1) {
      total += got;
    } else if (SSL_get_error(secure->ssl, 0) != SSL_ERROR_WANT_READ) {
      fail_secure("the broker's TLS is not as expected", secure->ssl);
    }
  }
  return total;
}

struct buffer *secure_sealed(struct secure *secure, struct buffer *out) {
  size_t bytes = out->end - out->start, written;
  if (bytes > 0 && SSL_is_init_finished(secure->ssl)) {
    if (SSL_write_ex(secure->ssl, out->bytes + out->start, bytes, &written) != 1) {
      fail_secure("cannot encipher", secure->ssl);
    }
    out->start += written;
  }
  return &secure->sealed;
}

bool secure_answers(const struct secure *secure) {
  return secure->sealed.start < secure->sealed.end;
}

void secure_free(struct secure *secure) {
  if (secure == NULL) return;
  SSL_free(secure->ssl);
  free(secure->sealed.bytes);
  free(secure);
}

#else

void secure_open(const char *host) {
  (void)host;
  if (option_text("ca", NULL) != NULL) fail("this program was compiled without OpenSSL");
}

struct secure *secure_start(void) {
  return NULL;
}

size_t secure_received(struct secure *secure, const uint8_t *from, size_t bytes, uint8_t *to,
                       size_t room) {
  (void)secure, (void)from, (void)bytes, (void)to, (void)room;
  return 0;
}

struct buffer *secure_sealed(struct secure *secure, struct buffer *out) {
  (void)secure;
  return out;
}

bool secure_answers(const struct secure *secure) {
  (void)secure;
  return false;
}

void secure_free(struct secure *secure) {
  (void)secure;
}

#endif
