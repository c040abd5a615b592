/*
 * Our relay. A greeting is handed out as `hello <connection> <group> <hex>`; who holds the keys answers with frames.
 * Those up to the first pull leave at once, the next after each answer to a pull: docs/PROTOCOL.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

enum { ENVELOPE = 1, CONTROL = 2, ACK = 3, HEADER = 74 };

static void opened(struct connection *c) {
  (void)c; /* the relay speaks first */
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static bool has(const uint8_t *frame, size_t length, const char *word) { return memmem(frame, length, word, strlen(word)) != NULL; }

/* The script is frames, each behind its length as a u32. */
static void go_on(struct connection *c) {
  while (c->script_at < c->script_length) {
    uint32_t length;
    memcpy(&length, c->script + c->script_at, 4);
    const uint8_t *frame = c->script + c->script_at + 4;
    websocket_send(c, BINARY, frame, length);
    c->script_at += 4 + length;
    if (has(frame, length, "dpull")) return;
  }
}

void sotto_script(struct connection *c, const char *hex) {
  size_t length = strlen(hex) / 2;
  c->script = malloc(length);
  for (size_t i = 0; i < length; i++) c->script[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  c->script_length = length;
  go_on(c);
}

static void control(struct connection *c, const uint8_t *frame, size_t length) {
  if (c->state == OPENING && c->script == NULL) {
    printf("hello %u %u ", c->index, c->group);
    for (size_t i = 0; i < length; i++) printf("%02x", frame[i]);
    putchar('\n');
    return;
  }
  if (has(frame, length, "fpulled")) {
    if (c->script_at < c->script_length) return go_on(c);
    free(c->script);
    c->script = NULL;
    return became_ready(c);
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
