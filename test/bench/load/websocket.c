/* The client's end of RFC 6455: what it sends is masked, what it gets is not, and nothing is compressed. */
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { CLOSE = 8, PING = 9, PONG = 10 };

void websocket_upgrade(struct connection *c) {
  char path[128], request[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  snprintf(path, sizeof path, settings.protocol->path, c->group);
#pragma GCC diagnostic pop
  const char *offered = settings.protocol->subprotocol;
  int length = snprintf(request, sizeof request,
    "GET %s HTTP/1.1\r\nHost: %s:%u\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
    path, settings.host, settings.port, offered ? "Sec-WebSocket-Protocol: " : "", offered ? offered : "", offered ? "\r\n" : "");
  buffer_append(&c->out, request, (size_t)length);
}

void websocket_send(struct connection *c, int opcode, const void *data, size_t length) {
  static uint32_t mask = 0x9e3779b9;
  mask = mask * 1664525 + 1013904223;
  uint8_t *frame = buffer_reserve(&c->out, length + 14);
  size_t at = 2;
  frame[0] = 0x80 | (uint8_t)opcode;
  if (length < 126) {
    frame[1] = 0x80 | (uint8_t)length;
  } else {
    bool large = length > 65535;
    frame[1] = 0x80 | (large ? 127 : 126);
    for (int shift = large ? 56 : 8; shift >= 0; shift -= 8) frame[at++] = (uint8_t)((uint64_t)length >> shift);
  }
  memcpy(frame + at, &mask, 4);
  at += 4;
  uint64_t mask8 = (uint64_t)mask << 32 | mask;
  const uint8_t *from = data;
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, from + i, 8);
    word ^= mask8;
    memcpy(frame + at + i, &word, 8);
  }
  for (; i < length; i++) frame[at + i] = from[i] ^ ((const uint8_t *)&mask)[i % 4];
  c->out.length += at + length;
}

static size_t upgraded(struct connection *c, const uint8_t *data, size_t length) {
  const uint8_t *end = memmem(data, length, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  if (length < 12 || memcmp(data, "HTTP/1.1 101", 12) != 0) fail("not upgraded: %.12s", (const char *)data);
  c->state = OPENING;
  settings.protocol->opened(c);
  return (size_t)(end - data) + 4;
}

/* How many bytes were used: whole messages only. */
size_t websocket_received(struct connection *c, const uint8_t *data, size_t length) {
  size_t used = 0;
  if (c->state == UPGRADING) {
    used = upgraded(c, data, length);
    if (used == 0) return 0;
  }
  while (c->state != ENDED && length - used >= 2) {
    const uint8_t *frame = data + used;
    size_t left = length - used, header = 2, size = frame[1];
    if (frame[1] & 0x80) fail("a server's frame is masked");
    if (size == 126) {
      if (left < 4) break;
      size = (size_t)frame[2] << 8 | frame[3];
      header = 4;
    } else if (size == 127) {
      if (left < 10) break;
      size = 0;
      for (int i = 2; i < 10; i++) size = size << 8 | frame[i];
      header = 10;
    }
    if (left - header < size) break;
    used += header + size;
    switch (frame[0] & 15) {
      case TEXT:
      case BINARY:
        if (!(frame[0] & 0x80)) fail("a fragmented message");
        settings.protocol->received(c, frame + header, size);
        break;
      case PING: websocket_send(c, PONG, frame + header, size); break;
      case PONG: break;
      case CLOSE: fail("connection %u was closed with %d %.*s", c->index, size < 2 ? 0 : frame[header] << 8 | frame[header + 1], size < 2 ? 0 : (int)size - 2, (const char *)frame + header + 2);
      default: fail("opcode %d", frame[0] & 15);
    }
  }
  return used;
}
