/* Socket.IO 5 over Engine.IO 4 on WebSocket: an event with one binary attachment is two WebSocket messages. */
#include <stdio.h>
#include <string.h>

#include "load.h"

static void opened(struct connection *c) {
  (void)c; /* the server speaks first */
}

static bool begins(const uint8_t *frame, size_t length, const char *with) { return length >= strlen(with) && memcmp(frame, with, strlen(with)) == 0; }

/* Engine.IO packets: 0 open, 2 ping, 4 message; Socket.IO in them: 0 connect, 3 ack, 5 binary event. An attachment is a binary message. */
static size_t received(struct connection *c, const uint8_t *frame, size_t length) {
  char text[64];
  if (length == settings.payload) delivered(c, frame); /* first: what it begins with is anything */
  else if (begins(frame, length, "0{")) websocket_send(c, TEXT, "40", 2);
  else if (begins(frame, length, "40")) websocket_send(c, TEXT, text, (size_t)snprintf(text, sizeof text, "420[\"join\",\"%u\"]", c->group));
  else if (begins(frame, length, "43")) c->state == OPENING ? became_ready(c) : acked(c);
  else if (begins(frame, length, "451-")) return length; /* its attachment follows */
  else if (begins(frame, length, "2") && length == 1) websocket_send(c, TEXT, "3", 1);
  else fail("unexpected: %.*s", (int)length, (const char *)frame);
  return length;
}

static void publish(struct connection *c, uint64_t sent_at) {
  static uint32_t id;
  char text[64];
  websocket_send(c, TEXT, text, (size_t)snprintf(text, sizeof text, "451-%u[\"m\",{\"_placeholder\":true,\"num\":0}]", ++id % 1000000));
  websocket_send(c, BINARY, payload_of(sent_at), settings.payload);
}

const struct protocol socketio = {"socketio", "/socket.io/?EIO=4&transport=websocket", NULL, opened, received, publish};
