/* SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104), for proofs by ticket. */
#include <string.h>

#include "load.h"

enum { BLOCK = 64 };

struct sha256 {
  uint32_t h[8];
  uint8_t block[BLOCK];
  uint64_t length;
};

static const uint32_t K[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turned(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void compress(struct sha256 *s, const uint8_t *block) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++) w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    w[i] = w[i - 16] + (turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] + (turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10);
  }
  memcpy(v, s->h, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t a = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + K[i] + w[i];
    uint32_t b = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += a;
    v[0] = a + b;
  }
  for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

static void begin(struct sha256 *s) {
  static const uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(s->h, h, sizeof h);
  s->length = 0;
}

static void add(struct sha256 *s, const uint8_t *data, size_t length) {
  for (size_t i = 0; i < length; i++) {
    s->block[s->length++ % BLOCK] = data[i];
    if (s->length % BLOCK == 0) compress(s, s->block);
  }
}

static void end(struct sha256 *s, uint8_t out[SHA256_BYTES]) {
  uint64_t bits = s->length * 8;
  static const uint8_t mark = 0x80, zero = 0;
  add(s, &mark, 1);
  while (s->length % BLOCK != BLOCK - 8) add(s, &zero, 1);
  for (int shift = 56; shift >= 0; shift -= 8) add(s, (uint8_t[]){(uint8_t)(bits >> shift)}, 1);
  for (int i = 0; i < SHA256_BYTES; i++) out[i] = (uint8_t)(s->h[i / 4] >> (24 - i % 4 * 8));
}

void hmac_sha256(const uint8_t key[SHA256_BYTES], const uint8_t *data, size_t length, uint8_t out[SHA256_BYTES]) {
  uint8_t pad[BLOCK] = {0}, inner[SHA256_BYTES];
  struct sha256 s;
  memcpy(pad, key, SHA256_BYTES);
  for (int i = 0; i < BLOCK; i++) pad[i] ^= 0x36;
  begin(&s);
  add(&s, pad, BLOCK);
  add(&s, data, length);
  end(&s, inner);
  for (int i = 0; i < BLOCK; i++) pad[i] ^= 0x36 ^ 0x5c;
  begin(&s);
  add(&s, pad, BLOCK);
  add(&s, inner, SHA256_BYTES);
  end(&s, out);
}
