/*
 * The bare broadcast server. `h` and a nonce greets; `j`, the room and the nonce's signature joins, and is answered by `j`; `m` and a
 * payload goes to the others, `a` is the ack. Who holds the keys signs, as for our relay; who comes again has a MAC to make, as there.
 */
#include <stdio.h>
#include <string.h>

#include "load.h"

static void opened(struct connection *c) {
  (void)c; /* the server speaks first */
}

/* As long as a signature, since this server does not look: it has no tickets to give either, any key is as good. */
static void join_again(struct connection *c, const uint8_t *nonce, size_t length) {
  uint8_t statement[130] = {0}, frame[128];
  memcpy(statement, nonce, length < sizeof statement ? length : sizeof statement);
  size_t at = (size_t)snprintf((char *)frame, sizeof frame - 2 * SHA256_BYTES, "j%u", c->group);
  hmac_sha256(c->ticket, statement, sizeof statement, frame + at);
  memset(frame + at + SHA256_BYTES, 0, SHA256_BYTES);
  websocket_send(c, BINARY, frame, at + 2 * SHA256_BYTES);
}

static size_t received(struct connection *c, const uint8_t *frame, size_t length) {
  switch (frame[0]) {
    case 'm': delivered(c, frame + 1); break;
    case 'a': acked(c); break;
    case 'j':
      c->has_ticket = true;
      became_ready(c);
      break;
    case 'h': c->has_ticket ? join_again(c, frame + 1, length - 1) : script_ask(c, frame, length); break;
    default: fail("frame type %d", frame[0]);
  }
  return length;
}

static void publish(struct connection *c, uint64_t sent_at) {
  uint8_t frame[1 + 65536] = {'m'};
  memcpy(frame + 1, payload_of(sent_at), settings.payload);
  websocket_send(c, BINARY, frame, 1 + settings.payload);
}

const struct protocol bare = {"bare", "/", NULL, opened, received, publish};
