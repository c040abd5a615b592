/*
 * The bare broadcast server. `h` and a nonce greets; `j`, the room and the nonce's signature joins, and is answered by `j`; `m` and a
 * payload goes to the others, `a` is the ack. Who holds the keys signs, as for our relay.
 */
#include <string.h>

#include "load.h"

static void opened(struct connection *c) {
  (void)c; /* the server speaks first */
}

static size_t received(struct connection *c, const uint8_t *frame, size_t length) {
  switch (frame[0]) {
    case 'm': delivered(c, frame + 1); break;
    case 'a': acked(c); break;
    case 'j': became_ready(c); break;
    case 'h': script_ask(c, frame, length); break;
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
