/* The NATS protocol, a byte stream within WebSocket messages. What is published is captured by a JetStream stream, which acks it to an inbox. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static void say(struct connection *c, const char *text) { websocket_send(c, BINARY, text, strlen(text)); }

static void opened(struct connection *c) {
  (void)c; /* the server speaks first */
}

static void greeted(struct connection *c) {
  char text[256];
  snprintf(text, sizeof text, "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false}\r\nSUB %s%u 1\r\nPING\r\n", c->sender ? "inbox." : "room.", c->sender ? c->index : c->group);
  say(c, text);
}

/* MSG <subject> <subscription> [reply] <size>\r\n<payload>\r\n. Answers how long it is, 0 where it is not all there. */
static size_t message(struct connection *c, const uint8_t *data, size_t length, size_t line) {
  const char *last = (const char *)data + line - 1;
  while (*last != ' ') last--;
  size_t size = strtoul(last + 1, NULL, 10), whole = line + 2 + size + 2;
  if (length < whole) return 0;
  if (data[4] == 'i') {
    if (memmem(data + line, size, "error", 5) != NULL) fail("not stored: %.*s", (int)size, (const char *)data + line + 2);
    acked(c);
  } else {
    delivered(c, data + line + 2);
  }
  return whole;
}

static size_t parse(struct connection *c, const uint8_t *data, size_t length) {
  size_t used = 0;
  for (;;) {
    const uint8_t *from = data + used, *end = memchr(from, '\r', length - used);
    if (end == NULL || end + 1 >= data + length) return used;
    size_t line = (size_t)(end - from), whole = line + 2;
    if (memcmp(from, "MSG ", 4) == 0) whole = message(c, from, length - used, line);
    else if (memcmp(from, "INFO", 4) == 0) greeted(c);
    else if (memcmp(from, "PING", 4) == 0) say(c, "PONG\r\n");
    else if (memcmp(from, "PONG", 4) == 0) became_ready(c);
    else if (memcmp(from, "-ERR", 4) == 0) fail("%.*s", (int)line, (const char *)from);
    if (whole == 0) return used;
    used += whole;
  }
}

static size_t received(struct connection *c, const uint8_t *data, size_t length) {
  if (c->stream.length == 0) {
    size_t used = parse(c, data, length);
    buffer_append(&c->stream, data + used, length - used);
    return length;
  }
  buffer_append(&c->stream, data, length);
  size_t used = parse(c, c->stream.data, c->stream.length);
  memmove(c->stream.data, c->stream.data + used, c->stream.length - used);
  c->stream.length -= used;
  return length;
}

static void publish(struct connection *c, uint64_t sent_at) {
  char text[128 + 65536];
  size_t head = (size_t)snprintf(text, 128, "PUB room.%u inbox.%u %u\r\n", c->group, c->index, settings.payload);
  memcpy(text + head, payload_of(sent_at), settings.payload);
  memcpy(text + head + settings.payload, "\r\n", 2);
  websocket_send(c, BINARY, text, head + settings.payload + 2);
}

const struct protocol nats = {"nats", "/", NULL, opened, received, publish};
