/*
 * What a connection has to say before it is ready, by who holds the keys: a greeting goes out as `hello <connection> <group> <hex>`, and the
 * answer comes as frames, each behind its length (u32, of this machine's order); at a length of 0 it waits until it is told to go on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

void script_ask(struct connection *c, const uint8_t *greeting, size_t length) {
  static const char digits[] = "0123456789abcdef";
  char hex[1024];
  if (length * 2 >= sizeof hex) fail("a long greeting");
  for (size_t i = 0; i < length; i++) {
    hex[2 * i] = digits[greeting[i] >> 4];
    hex[2 * i + 1] = digits[greeting[i] & 15];
  }
  printf("hello %u %u %.*s\n", c->index, c->group, (int)length * 2, hex);
}

void script_begin(struct connection *c, const char *hex) {
  size_t length = strlen(hex) / 2;
  c->script = malloc(length);
  for (size_t i = 0; i < length; i++) c->script[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  c->script_length = length;
  script_go_on(c);
}

/* Whether there was more to say. */
bool script_go_on(struct connection *c) {
  if (c->script_at >= c->script_length) {
    free(c->script);
    c->script = NULL;
    return false;
  }
  while (c->script_at < c->script_length) {
    uint32_t length;
    memcpy(&length, c->script + c->script_at, 4);
    c->script_at += 4;
    if (length == 0) break;
    websocket_send(c, BINARY, c->script + c->script_at, length);
    c->script_at += length;
  }
  return true;
}
