/* One connection: its socket, watched by epoll, and the bytes on their way in and out. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

enum { READ_BYTES = 256 * 1024 };
static int poll_fd;
uint64_t received_at;

uint8_t *buffer_reserve(struct buffer *b, size_t more) {
  if (b->length + more > b->capacity) {
    b->capacity = (b->length + more) * 2;
    b->data = realloc(b->data, b->capacity);
    if (b->data == NULL) fail("out of memory");
  }
  return b->data + b->length;
}

void buffer_append(struct buffer *b, const void *bytes, size_t length) {
  if (length == 0) return;
  memcpy(buffer_reserve(b, length), bytes, length);
  b->length += length;
}

static void watch(struct connection *c, int how, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = c};
  if (epoll_ctl(poll_fd, how, c->socket, &event) != 0) fail("epoll: %s", strerror(errno));
}

void connection_begin(struct connection *c, int watched_by) {
  poll_fd = watched_by;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)settings.port)};
  int on = 1;
  if (inet_pton(AF_INET, settings.host, &address.sin_addr) != 1) fail("no address: %s", settings.host);
  c->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->socket < 0) fail("socket: %s", strerror(errno));
  setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(c->socket, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) fail("connect: %s", strerror(errno));
  c->state = CONNECTING;
  c->writing = true;
  watch(c, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

void connection_flush(struct connection *c) {
  while (c->state != ENDED && c->out_done < c->out.length) {
    ssize_t written = send(c->socket, c->out.data + c->out_done, c->out.length - c->out_done, MSG_NOSIGNAL);
    if (written < 0) {
      if (errno != EAGAIN) fail("send: %s", strerror(errno));
      if (!c->writing) watch(c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      c->writing = true;
      return;
    }
    c->out_done += (size_t)written;
  }
  c->out.length = c->out_done = 0;
}

void connection_writable(struct connection *c) {
  if (c->state == CONNECTING) {
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(c->socket, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) fail("connect: %s", strerror(error));
    if (settings.protocol->path != NULL) {
      c->state = UPGRADING;
      websocket_upgrade(c);
    } else {
      c->state = OPENING;
      settings.protocol->opened(c);
    }
  }
  c->writing = false;
  watch(c, EPOLL_CTL_MOD, EPOLLIN);
}

void connection_readable(struct connection *c) {
  static struct buffer bytes;
  bytes.length = 0;
  buffer_append(&bytes, c->in.data, c->in.length);
  c->in.length = 0;
  ssize_t got = recv(c->socket, buffer_reserve(&bytes, READ_BYTES), READ_BYTES, 0);
  if (got < 0 && errno == EAGAIN) got = 0;
  else if (got <= 0) fail("connection %u was lost: %s", c->index, got == 0 ? "closed" : strerror(errno));
  received_at = now_ns();
  bytes.length += (size_t)got;
  size_t used = (settings.protocol->path != NULL ? websocket_received : settings.protocol->received)(c, bytes.data, bytes.length);
  if (c->state != ENDED) buffer_append(&c->in, bytes.data + used, bytes.length - used);
}

void connection_forget(struct connection *c) {
  c->state = IDLE;
  c->in.length = c->out.length = c->out_done = c->stream.length = 0;
  c->writing = false;
}

void connection_end(struct connection *c) {
  struct linger at_once = {1, 0}; /* no TIME_WAIT: runs follow each other quickly */
  setsockopt(c->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(c->socket);
  c->state = ENDED;
}
