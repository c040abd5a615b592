/*
 * `load name=value …`: connects, makes ready, says `ready`; then, where `seconds` is given, sends and measures, and ends with
 * one line of JSON. Without, it holds the connections until its input ends. Answers to `hello` lines come by its input.
 * So many times as `reconnect` says all hang up when they are ready, say `gone`, and at the line `again` connect anew, which ends with `returned`.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

struct settings settings = {
  .host = "127.0.0.1", .groups = 1, .members = 2, .per_connection = 1, .window = 8, .payload = 300, .at_once = 64, .warm = 1,
};
const uint8_t *room_ids;

enum { INPUT_BYTES = 64 * 1024, EVENTS = 1024 };
static const uint64_t SECOND = 1000000000u;
/* After so long without any progress the server has lost something. */
static const uint64_t STALLED = 5 * SECOND;

static struct connection *connections;
static uint32_t count, started, ready, opening;
static int poll_fd;
static bool input_ended, told_again;

static bool measuring;
static uint64_t sent_all, acked_all, delivered_all, progress_at;
static uint64_t acked_measured, delivered_measured;
static struct histogram ack_times, delivery_times;

uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "load: ");
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

/* Text that does not compress into nothing, should a server try. */
const uint8_t *payload_of(uint64_t sent_at) {
  static uint8_t payload[65536];
  if (payload[sizeof payload - 1] == 0) for (size_t i = 0; i < sizeof payload; i++) payload[i] = (uint8_t)('!' + i * 31 % 90);
  memcpy(payload, &sent_at, 8);
  return payload;
}

uint32_t room_of(struct connection *c) { return c->group * settings.per_connection + c->next_room++ % settings.per_connection; }

void became_ready(struct connection *c) {
  c->state = READY;
  ready++;
  opening--;
  if (settings.close_when_ready) connection_end(c);
}

void acked(struct connection *c) {
  uint64_t sent_at = c->sent_at[c->acked++ % settings.window];
  acked_all++;
  progress_at = received_at;
  if (!measuring) return;
  acked_measured++;
  histogram_add(&ack_times, received_at - sent_at);
}

void delivered(struct connection *c, const uint8_t *payload) {
  if (c->sender) return; /* its own, where a server sends that back */
  uint64_t sent_at;
  delivered_all++;
  progress_at = received_at;
  if (!measuring) return;
  memcpy(&sent_at, payload, 8);
  delivered_measured++;
  histogram_add(&delivery_times, received_at - sent_at);
}

/* `<connection> <hex>` by line. */
static void read_input(void) {
  static struct buffer input;
  ssize_t got = read(0, buffer_reserve(&input, INPUT_BYTES), INPUT_BYTES);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) {
    input_ended = true;
    epoll_ctl(poll_fd, EPOLL_CTL_DEL, 0, NULL);
    return;
  }
  input.length += (size_t)got;
  size_t used = 0;
  for (uint8_t *end; (end = memchr(input.data + used, '\n', input.length - used)) != NULL; used = (size_t)(end - input.data) + 1) {
    *end = 0;
    if (strcmp((char *)input.data + used, "again") == 0) {
      told_again = true;
      continue;
    }
    char *hex;
    unsigned long index = strtoul((char *)input.data + used, &hex, 10);
    if (index >= count || *hex != ' ') fail("unexpected input");
    script_begin(&connections[index], hex + 1);
    connection_flush(&connections[index]);
  }
  memmove(input.data, input.data + used, input.length - used);
  input.length -= used;
}

static void publish(struct connection *c, uint64_t sent_at) {
  c->sent_at[c->sent % settings.window] = sent_at;
  settings.protocol->publish(c, sent_at);
  c->sent++;
  sent_all++;
}

static bool may_send(const struct connection *c) {
  if (c->sent - c->acked >= settings.window || (settings.messages > 0 && sent_all >= settings.messages)) return false;
  if (!settings.by_deliveries) return true;
  uint64_t receivers = settings.members - 1;
  return sent_all * receivers - delivered_all < (uint64_t)settings.window * receivers;
}

/* As the windows let; with a rate, no more than is due, and late ones count from when they were due. */
static void send_what_may(uint64_t began) {
  static uint32_t turn;
  uint64_t now = now_ns();
  if (settings.rate > 0) {
    uint64_t due = (uint64_t)((double)(now - began) / 1e9 * settings.rate);
    for (uint32_t refused = 0; sent_all < due && refused < count;) {
      struct connection *c = &connections[turn++ % count];
      if (!c->sender || !may_send(c)) {
        refused++;
        continue;
      }
      refused = 0;
      publish(c, began + (uint64_t)((double)(sent_all + 1) / settings.rate * 1e9));
      connection_flush(c);
    }
    return;
  }
  for (uint32_t i = 0; i < count; i += settings.members) {
    struct connection *c = &connections[i];
    while (may_send(c)) publish(c, now);
    if (c->out.length > 0 && !c->writing) connection_flush(c);
  }
}

static void work(int timeout) {
  static struct epoll_event events[EVENTS];
  int found = epoll_wait(poll_fd, events, EVENTS, timeout);
  for (int i = 0; i < found; i++) {
    struct connection *c = events[i].data.ptr;
    if (c == NULL) {
      read_input();
      continue;
    }
    if (events[i].events & EPOLLOUT) connection_writable(c);
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) connection_readable(c);
    if (c->out.length > 0 && !c->writing) connection_flush(c);
  }
  fflush(stdout);
}

static void start(struct connection *c) {
  opening++;
  connection_begin(c, poll_fd);
}

static void make_ready(const char *said) {
  uint64_t began = now_ns();
  while (ready < count) {
    while (started < count && opening < settings.at_once) start(&connections[started++]);
    work(1000);
    if (input_ended) fail("nobody answers");
  }
  printf("%s {\"seconds\":%.6f,\"connections\":%u,\"delivered\":%lu}\n", said, (double)(now_ns() - began) / 1e9, count, (unsigned long)delivered_all);
  fflush(stdout);
}

/* All hang up, and come again when it is said. */
static void come_again(void) {
  for (uint32_t i = 0; i < count; i++) {
    connection_end(&connections[i]);
    connection_forget(&connections[i]);
  }
  started = ready = 0;
  told_again = false;
  printf("gone\n");
  fflush(stdout);
  while (!told_again) {
    work(1000);
    if (input_ended) fail("nobody says when to come again");
  }
  make_ready("returned");
}

static double processor_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static void run(void) {
  double processor = 0;
  uint64_t began = now_ns(), measure_at = began + (uint64_t)(settings.warm * 1e9), end_at = measure_at + (uint64_t)(settings.seconds * 1e9);
  sent_all = acked_all = delivered_all = 0;
  progress_at = began;
  for (uint64_t now = began; now < end_at; now = now_ns()) {
    if (!measuring && now >= measure_at) {
      measuring = true;
      measure_at = now;
      processor = processor_seconds();
      printf("measuring\n");
    }
    send_what_may(began);
    work(settings.rate > 0 ? 1 : 100);
    if (settings.messages > 0 && acked_all >= settings.messages) break;
    if (now > progress_at + STALLED) fail("stalled: %lu sent, %lu acked, %lu delivered", (unsigned long)sent_all, (unsigned long)acked_all, (unsigned long)delivered_all);
  }
  printf("measured {\"seconds\":%.6f,\"acked\":%lu,\"delivered\":%lu,\"ackP50\":%.3f,\"ackP99\":%.3f,\"deliveryP50\":%.3f,\"deliveryP99\":%.3f,\"generatorCpu\":%.3f}\n",
    (double)(now_ns() - measure_at) / 1e9, (unsigned long)acked_measured, (unsigned long)delivered_measured, histogram_ms(&ack_times, 0.5),
    histogram_ms(&ack_times, 0.99), histogram_ms(&delivery_times, 0.5), histogram_ms(&delivery_times, 0.99),
    processor_seconds() - processor);
  fflush(stdout);
}

static void set(const char *name, const char *value) {
  static const struct protocol *const protocols[] = {&sotto, &bare, &socketio, &mqtt, &nats};
  const struct { const char *name; uint32_t *at; } numbers[] = {
    {"port", &settings.port}, {"groups", &settings.groups}, {"members", &settings.members}, {"per_connection", &settings.per_connection},
    {"window", &settings.window}, {"payload", &settings.payload}, {"at_once", &settings.at_once},
    {"messages", &settings.messages}, {"reconnect", &settings.reconnect},
  };
  const struct { const char *name; double *at; } reals[] = {{"rate", &settings.rate}, {"warm", &settings.warm}, {"seconds", &settings.seconds}};
  const struct { const char *name; bool *at; } flags[] = {{"by_deliveries", &settings.by_deliveries}, {"close_when_ready", &settings.close_when_ready}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) if (strcmp(name, numbers[i].name) == 0) { *numbers[i].at = (uint32_t)strtoul(value, NULL, 10); return; }
  for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) if (strcmp(name, reals[i].name) == 0) { *reals[i].at = strtod(value, NULL); return; }
  for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) if (strcmp(name, flags[i].name) == 0) { *flags[i].at = strcmp(value, "true") == 0; return; }
  if (strcmp(name, "protocol") == 0) for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++) if (strcmp(value, protocols[i]->name) == 0) { settings.protocol = protocols[i]; return; }
  if (strcmp(name, "rooms_file") == 0) { settings.rooms_file = value; return; }
  fail("unknown: %s=%s", name, value);
}

static void map_rooms(void) {
  int file = open(settings.rooms_file, O_RDONLY);
  size_t size = (size_t)settings.groups * settings.per_connection * 48;
  void *at = file < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (at == MAP_FAILED) fail("%s: %s", settings.rooms_file, strerror(errno));
  room_ids = at;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (value == NULL) fail("unknown: %s", argv[i]);
    *value = 0;
    set(argv[i], value + 1);
  }
  if (settings.protocol == NULL || settings.window == 0 || settings.payload < 8 || settings.payload > 65536) fail("protocol, window or payload is missing");
  if (settings.rooms_file != NULL) map_rooms();
  count = settings.groups * settings.members;
  connections = calloc(count, sizeof *connections);
  for (uint32_t i = 0; i < count; i++) {
    struct connection *c = &connections[i];
    c->index = i;
    c->group = i / settings.members;
    c->sender = i % settings.members == 0;
    if (c->sender) c->sent_at = calloc(settings.window, sizeof *c->sent_at);
  }
  poll_fd = epoll_create1(0);
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &input) != 0) fail("input: %s", strerror(errno));
  make_ready("ready");
  for (uint32_t i = 0; i < settings.reconnect; i++) come_again();
  if (settings.seconds > 0) run();
  else while (!input_ended) work(1000);
  for (uint32_t i = 0; i < count; i++) if (connections[i].state != ENDED) connection_end(&connections[i]);
  return 0;
}
