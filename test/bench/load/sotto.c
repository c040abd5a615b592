/*
 * Our relay: docs/PROTOCOL.md. Its greeting is answered by a script of openings and pulls, which goes on after each pull; by one who comes
 * again, with a proof by ticket and a pull of the one room that they had.
 */
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { ENVELOPE = 1, CONTROL = 2, ACK = 3, HEADER = 74 };

static void opened(struct connection *c) {
  (void)c; /* the relay speaks first */
}

static bool has(const uint8_t *frame, size_t length, const char *word) { return memmem(frame, length, word, strlen(word)) != NULL; }

/* What stands as a byte string of 32 bytes behind a key of CBOR; NULL where there is none. */
static const uint8_t *bytes_behind(const uint8_t *frame, size_t length, const char *key) {
  const uint8_t *at = memmem(frame, length, key, strlen(key));
  if (at == NULL || (size_t)(frame + length - at) < strlen(key) + 34) return NULL;
  return at + strlen(key) + 2;
}

struct cbor {
  uint8_t data[512];
  size_t length;
};

static void put(struct cbor *to, const void *bytes, size_t length) {
  if (to->length + length > sizeof to->data) fail("a long statement");
  memcpy(to->data + to->length, bytes, length);
  to->length += length;
}

static void put_string(struct cbor *to, uint8_t major, const void *bytes, size_t length) {
  uint8_t head[2] = {(uint8_t)(major << 5 | (length < 24 ? length : 24)), (uint8_t)length};
  put(to, head, length < 24 ? 1 : 2);
  put(to, bytes, length);
}

static void put_text(struct cbor *to, const char *text) { put_string(to, 3, text, strlen(text)); }
static void put_bytes(struct cbor *to, const void *bytes, size_t length) { put_string(to, 2, bytes, length); }

/* The proof is HMAC by the ticket over an array; then what asks, and a pull of all there is. */
static void open_again(struct connection *c, const uint8_t *nonce) {
  const uint8_t *room = room_ids + (size_t)c->group * 48;
  struct cbor statement = {{0x85}, 1}, open = {{CONTROL, 0xa5}, 2}, pull = {{CONTROL, 0xa5}, 2};
  uint8_t proof[SHA256_BYTES];
  char origin[64];
  snprintf(origin, sizeof origin, "http://%s:%u", settings.host, settings.port);
  put_text(&statement, "sotto reopen v1");
  put_text(&statement, origin);
  put_bytes(&statement, room, 32);
  put_bytes(&statement, room + 32, 16);
  put_bytes(&statement, nonce, 32);
  hmac_sha256(c->ticket, statement.data, statement.length, proof);
  put_text(&open, "t"), put_text(&open, "reopen");
  put_text(&open, "ref"), put(&open, "\x01", 1);
  put_text(&open, "room"), put_bytes(&open, room, 32);
  put_text(&open, "epoch"), put_bytes(&open, room + 32, 16);
  put_text(&open, "proof"), put_bytes(&open, proof, sizeof proof);
  put_text(&pull, "t"), put_text(&pull, "pull");
  put_text(&pull, "ref"), put(&pull, "\x02", 1);
  put_text(&pull, "room"), put_bytes(&pull, room, 32);
  put_text(&pull, "after"), put(&pull, "\x00", 1);
  put_text(&pull, "limit"), put(&pull, "\x19\x03\xe8", 3);
  websocket_send(c, BINARY, open.data, open.length);
  websocket_send(c, BINARY, pull.data, pull.length);
}

static void greeted(struct connection *c, const uint8_t *frame, size_t length) {
  if (!c->has_ticket) return script_ask(c, frame, length);
  const uint8_t *nonce = bytes_behind(frame, length, "enonce");
  if (nonce == NULL) fail("a greeting without a nonce");
  open_again(c, nonce);
}

static void control(struct connection *c, const uint8_t *frame, size_t length) {
  if (has(frame, length, "ehello")) return greeted(c, frame, length);
  const uint8_t *ticket = bytes_behind(frame, length, "fticket");
  if (ticket != NULL) {
    memcpy(c->ticket, ticket, sizeof c->ticket);
    c->has_ticket = true;
  }
  if (has(frame, length, "fpulled")) {
    if (c->script == NULL || !script_go_on(c)) became_ready(c);
    return;
  }
  if (has(frame, length, "eerror") || has(frame, length, "fbehind")) {
    fprintf(stderr, "connection %u: ", c->index);
    for (size_t i = 0; i < length; i++) fputc(frame[i] >= ' ' && frame[i] < 127 ? frame[i] : '.', stderr);
    fail("refused, or behind");
  }
}

static size_t received(struct connection *c, const uint8_t *frame, size_t length) {
  switch (frame[0]) {
    case ENVELOPE:
      delivered(c, frame + HEADER);
      break;
    case ACK:
      acked(c);
      break;
    case CONTROL:
      control(c, frame, length);
      break;
    default:
      fail("frame type %d", frame[0]);
  }
  return length;
}

static void publish(struct connection *c, uint64_t sent_at) {
  static uint64_t ids;
  uint8_t frame[HEADER + 65536] = {ENVELOPE, 1};
  memcpy(frame + 2, room_ids + (size_t)room_of(c) * 48, 48);
  if (ids == 0) ids = sent_at; /* of this run alone */
  uint64_t id[2] = {ids++ * 0x9e3779b97f4a7c15u, ids};
  memcpy(frame + 50, id, 16);
  memset(frame + 66, 0, 8);
  memcpy(frame + HEADER, payload_of(sent_at), settings.payload);
  websocket_send(c, BINARY, frame, HEADER + settings.payload);
}

const struct protocol sotto = {"sotto", "/v1/socket", "sotto.v1", opened, received, publish};
