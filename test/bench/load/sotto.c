/* Our relay: docs/PROTOCOL.md. Its greeting is answered by a script of openings and pulls, which goes on after each pull. */
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { ENVELOPE = 1, CONTROL = 2, ACK = 3, HEADER = 74 };

static void opened(struct connection *c) {
  (void)c; /* the relay speaks first */
}

static bool has(const uint8_t *frame, size_t length, const char *word) { return memmem(frame, length, word, strlen(word)) != NULL; }

static void control(struct connection *c, const uint8_t *frame, size_t length) {
  if (c->state == OPENING && c->script == NULL) return script_ask(c, frame, length);
  if (has(frame, length, "fpulled")) {
    if (!script_go_on(c)) became_ready(c);
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
