/* Durations, to 1.6 %: 64 linear classes for each power of two of microseconds. */
#include "load.h"

void histogram_add(struct histogram *histogram, uint64_t nanoseconds) {
  uint64_t value = nanoseconds / 1000;
  unsigned shift = value < 64 ? 0 : 58 - (unsigned)__builtin_clzll(value);
  unsigned index = shift * 32 + (unsigned)(value >> shift);
  histogram->counts[index]++;
  histogram->total++;
}

double histogram_ms(const struct histogram *histogram, double quantile) {
  uint64_t wanted = (uint64_t)(quantile * (double)histogram->total), seen = 0;
  for (unsigned index = 0; index < sizeof histogram->counts / sizeof *histogram->counts; index++) {
    seen += histogram->counts[index];
    if (seen <= wanted) continue;
    unsigned shift = index < 64 ? 0 : index / 32 - 1;
    return (double)((uint64_t)(index - shift * 32) << shift) / 1000;
  }
  return 0;
}
