/* The load generator: connections of one kind to one server, on one thread, and what is measured of them. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
  uint8_t *data;
  size_t length, capacity;
};

/* Room for so many bytes more; what is written there counts once `length` is raised. */
uint8_t *buffer_reserve(struct buffer *, size_t more);
void buffer_append(struct buffer *, const void *bytes, size_t length);

enum { SHA256_BYTES = 32 };

enum state { IDLE, CONNECTING, UPGRADING, OPENING, READY, ENDED };

struct connection {
  int socket;
  uint32_t index;
  uint32_t group; /* connections of one group share their rooms */
  uint32_t next_room;
  enum state state;
  bool sender, writing; /* writing: the socket took no more, epoll tells when it does */
  struct buffer in, out, stream;
  size_t out_done;
  uint64_t *sent_at; /* of what is not yet acked: a ring of `window` */
  uint32_t sent, acked;
  uint8_t *script; /* what is still to be sent before it is ready */
  size_t script_length, script_at;
  uint8_t ticket[SHA256_BYTES]; /* what the server gave when it first let us in */
  bool has_ticket;
};

struct settings {
  const char *host, *rooms_file;
  const struct protocol *protocol;
  uint32_t port, groups, members, per_connection, window, payload, at_once;
  uint32_t reconnect; /* so often, once ready, all hang up, and told to, all come again */
  uint32_t messages; /* after so many acked it ends early; 0: never */
  bool by_deliveries;     /* the window is of deliveries by all receivers, not of acks by sender */
  bool close_when_ready;
  double rate, warm, seconds; /* rate: messages a second of all senders; 0: as fast as the window lets */
};
extern struct settings settings;

/* 32 bytes of room, 16 of epoch each, for the relay's own protocol. */
extern const uint8_t *room_ids;

struct protocol {
  const char *name;
  const char *path, *subprotocol; /* of the WebSocket, `%u` is the group; without a path it is plain TCP */
  void (*opened)(struct connection *);
  /* One WebSocket message; or, of plain TCP, as many bytes as there are. Answers how many were used. */
  size_t (*received)(struct connection *, const uint8_t *data, size_t length);
  void (*publish)(struct connection *, uint64_t sent_at);
};
extern const struct protocol sotto, bare, socketio, mqtt, nats;

/* connection.c */
void connection_begin(struct connection *, int poll_fd);
void connection_writable(struct connection *);
void connection_readable(struct connection *);
void connection_flush(struct connection *);
void connection_end(struct connection *);
/* As it was before it began, but for its ticket. */
void connection_forget(struct connection *);

/* What protocols report. */
void became_ready(struct connection *);
void acked(struct connection *);
void delivered(struct connection *, const uint8_t *payload);
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

uint64_t now_ns(void);
/* When what is being read was received: one look at the clock for all that came at once. */
extern uint64_t received_at;
/* The payload of a message: when it was sent, then filling. */
const uint8_t *payload_of(uint64_t sent_at);
uint32_t room_of(struct connection *);

/* websocket.c */
enum { TEXT = 1, BINARY = 2 };
void websocket_upgrade(struct connection *);
void websocket_send(struct connection *, int opcode, const void *data, size_t length);
size_t websocket_received(struct connection *, const uint8_t *data, size_t length);

/* script.c */
void script_ask(struct connection *, const uint8_t *greeting, size_t length);
void script_begin(struct connection *, const char *hex);
bool script_go_on(struct connection *);

/* sha256.c */
void hmac_sha256(const uint8_t key[SHA256_BYTES], const uint8_t *data, size_t length, uint8_t out[SHA256_BYTES]);

/* histogram.c */
struct histogram {
  uint64_t counts[64 * 32];
  uint64_t total;
};
void histogram_add(struct histogram *, uint64_t nanoseconds);
double histogram_ms(const struct histogram *, double quantile);

#endif
