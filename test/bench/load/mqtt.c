/* MQTT 3.1.1 over TCP, QoS 1 both ways: the server acks the publisher, every subscriber acks the server. */
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { CONNECT = 0x10, CONNACK = 0x20, PUBLISH_QOS1 = 0x32, PUBACK = 0x40, SUBSCRIBE = 0x82, SUBACK = 0x90 };

static size_t begin_packet(struct connection *c, uint8_t type, size_t length) {
  uint8_t header[5] = {type};
  size_t at = 1;
  do {
    header[at++] = (uint8_t)((length & 127) | (length > 127 ? 128 : 0));
    length >>= 7;
  } while (length > 0);
  buffer_append(&c->out, header, at);
  return at;
}

static void put_text(struct connection *c, const char *text) {
  size_t length = strlen(text);
  uint8_t head[2] = {(uint8_t)(length >> 8), (uint8_t)length};
  buffer_append(&c->out, head, 2);
  buffer_append(&c->out, text, length);
}

static void opened(struct connection *c) {
  char client[32];
  snprintf(client, sizeof client, "load-%u", c->index);
  begin_packet(c, CONNECT, 10 + 2 + strlen(client));
  put_text(c, "MQTT");
  buffer_append(&c->out, (const uint8_t[]){4, 2, 0, 0}, 4); /* version 3.1.1, clean session, no keep-alive */
  put_text(c, client);
}

static void subscribe(struct connection *c) {
  char topic[32];
  snprintf(topic, sizeof topic, "room/%u", c->group);
  begin_packet(c, SUBSCRIBE, 2 + 2 + strlen(topic) + 1);
  buffer_append(&c->out, (const uint8_t[]){0, 1}, 2);
  put_text(c, topic);
  buffer_append(&c->out, (const uint8_t[]){1}, 1);
}

static void packet(struct connection *c, uint8_t type, const uint8_t *body, size_t length) {
  size_t topic;
  switch (type & 0xf0) {
    case CONNACK:
      if (c->sender) became_ready(c);
      else subscribe(c);
      break;
    case SUBACK & 0xf0: became_ready(c); break;
    case PUBACK: acked(c); break;
    case PUBLISH_QOS1 & 0xf0:
      topic = (size_t)body[0] << 8 | body[1];
      if (length < 4 + topic) fail("a short publish");
      delivered(c, body + 4 + topic);
      begin_packet(c, PUBACK, 2);
      buffer_append(&c->out, body + 2 + topic, 2);
      break;
    default: fail("packet type %d", type);
  }
}

static size_t received(struct connection *c, const uint8_t *data, size_t length) {
  size_t used = 0;
  while (length - used >= 2) {
    size_t at = used + 1, size = 0;
    unsigned shift = 0;
    bool whole = false;
    while (!whole && at < length && shift < 28) {
      size |= (size_t)(data[at] & 127) << shift;
      shift += 7;
      whole = !(data[at++] & 128);
    }
    if (!whole || length - at < size) break;
    packet(c, data[used], data + at, size);
    used = at + size;
  }
  return used;
}

static void publish(struct connection *c, uint64_t sent_at) {
  char topic[32];
  snprintf(topic, sizeof topic, "room/%u", c->group);
  uint16_t id = (uint16_t)(c->sent % 65535 + 1);
  begin_packet(c, PUBLISH_QOS1, 2 + strlen(topic) + 2 + settings.payload);
  put_text(c, topic);
  buffer_append(&c->out, (const uint8_t[]){(uint8_t)(id >> 8), (uint8_t)id}, 2);
  buffer_append(&c->out, payload_of(sent_at), settings.payload);
}

const struct protocol mqtt = {"mqtt", NULL, NULL, opened, received, publish};
