// Products of one to eight rows with a matrix of weights: out[m, n] = x[m, :] . w[n, :] + bias[n].
//
// Such a product does two operations a weight, so what counts is how fast the weights are read.
// They are read once, in bfloat16, int8 or int4, widened to float32 in registers and added up
// there. Every number of the result is added up by one thread in an order that depends on the
// width alone: a row gives the same bits whatever stands beside it, on any number of threads.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the layouts are those of little-endian processors"
#endif

namespace {

constexpr int LANES = 16;
constexpr int SHARE = 32;  // rows of the matrix that a thread takes at a time

typedef float Floats __attribute__((vector_size(64)));
typedef float Eight __attribute__((vector_size(32)));
typedef float Quarter __attribute__((vector_size(16)));
typedef float Pair __attribute__((vector_size(8)));
typedef uint32_t Words __attribute__((vector_size(64)));
typedef int32_t Ints __attribute__((vector_size(64)));

template <class T>
inline T load(const void* from) {
  T out;
  memcpy(&out, from, sizeof out);
  return out;
}

inline float widened(uint16_t x) {
  const uint32_t bits = uint32_t(x) << 16;
  return load<float>(&bits);
}

inline uint16_t narrowed(float x) {  // to the nearest bfloat16, ties to even; NaN stays NaN
  const uint32_t bits = load<uint32_t>(&x);
  if ((bits & 0x7fffffff) > 0x7f800000) return uint16_t(bits >> 16) | 0x40;
  return uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

inline float half(uint16_t x) {  // a finite float16
  const uint32_t bits = uint32_t(x & 0x8000) << 16 | uint32_t(x & 0x7fff) << 13;
  return load<float>(&bits) * 0x1p112f;
}

// A format says how many weights a block holds, and widens them sixteen at a time.

struct BFloat16 {
  static constexpr int BLOCK = 32;
  const uint16_t* weights;  // [n, k]
  long width;
  struct Block {
    Words pairs;
    inline Floats part(int j) const {  // the even ones, then the odd ones: `place` fits x to it
      const Words bits = j ? pairs & 0xffff0000u : pairs << 16;
      return (Floats)bits;
    }
  };
  inline const uint16_t* at(long row, long block) const {
    return weights + row * width + block * BLOCK;
  }
  inline Block block(long row, long block) const { return {load<Words>(at(row, block))}; }
  static inline long place(long i) { return (i & ~31L) + (i & 1) * LANES + (i & 31) / 2; }
  inline float scaled(long, float sum) const { return sum; }
};

struct Int8 {
  static constexpr int BLOCK = 64;
  const int8_t* weights;  // [n, 64 blocks]
  const float* scales;    // [n]
  long blocks;
  struct Block {
    Words fours;
    inline Floats part(int j) const {
      const Ints whole = (Ints)(fours << (24 - 8 * j)) >> 24;
      return __builtin_convertvector(whole, Floats);
    }
  };
  inline const int8_t* at(long row, long block) const {
    return weights + (row * blocks + block) * BLOCK;
  }
  inline Block block(long row, long block) const { return {load<Words>(at(row, block))}; }
  static inline long place(long i) { return (i & ~63L) + (i & 3) * LANES + (i & 63) / 4; }
  inline float scaled(long row, float sum) const { return sum * scales[row]; }
};

struct Int4 {  // a weight is (q - zero) * scale; q[16 j + i] of a group are bits 4 j.. of word i
  static constexpr int BLOCK = 128;
  const uint32_t* weights;  // [n, groups, 16]
  const uint16_t* scales;   // float16[n, groups]
  const uint8_t* zeros;     // [n, groups]
  long groups;
  struct Block {
    Words words;
#if defined(__AVX512F__)
    Floats values;  // of q = 0..15
    inline Floats part(int j) const {
      return (Floats)_mm512_permutexvar_ps((__m512i)(words >> (4 * j)), (__m512)values);
    }
#else
    float scale, least;
    inline Floats part(int j) const {
      const Ints q = (Ints)((words >> (4 * j)) & 15u);
      return __builtin_convertvector(q, Floats) * scale + least;
    }
#endif
  };
  inline const uint32_t* at(long row, long block) const {
    return weights + (row * groups + block) * LANES;
  }
  inline Block block(long row, long block) const {
    const long group = row * groups + block;
    const float scale = half(scales[group]), least = -scale * zeros[group];
#if defined(__AVX512F__)
    const Floats q = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return {load<Words>(at(row, block)), q * scale + least};
#else
    return {load<Words>(at(row, block)), scale, least};
#endif
  }
  static inline long place(long i) { return i; }
  inline float scaled(long, float sum) const { return sum; }
};

struct Shape {
  long rows, out, blocks;  // of x, of the matrix, of each row of it
};

struct Ends {
  const void* bias;  // or null; in the type of out
  void* out;         // [rows, n]
  bool narrow;       // x, bias and out are bfloat16, not float32
  inline void put(long at, long n, float sum) const {
    if (narrow) {
      if (bias) sum += widened(((const uint16_t*)bias)[n]);
      ((uint16_t*)out)[at] = narrowed(sum);
    } else {
      if (bias) sum += ((const float*)bias)[n];
      ((float*)out)[at] = sum;
    }
  }
};

template <class Half, class Whole>
inline Half folded(const Whole& lanes) {
  return load<Half>(&lanes) + load<Half>((const char*)&lanes + sizeof(Half));
}

inline float total(const Floats& lanes) {
  return folded<float>(folded<Pair>(folded<Quarter>(folded<Eight>(lanes))));
}

// M rows of x with N rows of the matrix from `row` on.
template <int M, int N, class Format>
inline void tile(const Format& format, const float* x, const Shape& s, const Ends& ends, long row) {
  Floats sums[N][M] = {};
  const long width = s.blocks * Format::BLOCK;
  for (long b = 0; b < s.blocks; b++) {
    typename Format::Block blocks[N];
    const float* here = x + b * Format::BLOCK;
#pragma GCC unroll 8
    for (int n = 0; n < N; n++) {
      blocks[n] = format.block(row + n, b);
      __builtin_prefetch(format.at(row + n + N, b), 0, 2);  // what the next tile reads
    }
#pragma GCC unroll 8
    for (int j = 0; j < Format::BLOCK / LANES; j++) {
      Floats given[M];
#pragma GCC unroll 8
      for (int m = 0; m < M; m++) given[m] = load<Floats>(here + m * width + j * LANES);
#pragma GCC unroll 8
      for (int n = 0; n < N; n++) {
        const Floats weights = blocks[n].part(j);
#pragma GCC unroll 8
        for (int m = 0; m < M; m++) sums[n][m] += weights * given[m];
      }
    }
  }
  for (int n = 0; n < N; n++)
    for (int m = 0; m < M; m++)
      ends.put(m * s.out + row + n, row + n, format.scaled(row + n, total(sums[n][m])));
}

template <int M, class Format>
void product(const Format& format, const float* x, const Shape& s, const Ends& ends, int threads) {
  constexpr int N = M <= 4 ? 4 : 2;  // sixteen sums at most stay in registers
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (long from = 0; from < s.out; from += SHARE) {
    const long to = from + SHARE < s.out ? from + SHARE : s.out;
    long row = from;
    for (; row + N <= to; row += N) tile<M, N>(format, x, s, ends, row);
    for (; row < to; row++) tile<M, 1>(format, x, s, ends, row);
  }
}

template <class Format>
int run(const Format& format, const void* x, long k, const Shape& s, const Ends& ends, int threads) {
  const long width = s.blocks * Format::BLOCK;
  float* wide = (float*)calloc(s.rows * width, sizeof(float));
  if (!wide) return 1;
  for (long m = 0; m < s.rows; m++)
    for (long i = 0; i < k; i++) {
      const long from = m * k + i;
      wide[m * width + Format::place(i)] =
          ends.narrow ? widened(((const uint16_t*)x)[from]) : ((const float*)x)[from];
    }
  switch (s.rows) {
    case 1: product<1>(format, wide, s, ends, threads); break;
    case 2: product<2>(format, wide, s, ends, threads); break;
    case 3: product<3>(format, wide, s, ends, threads); break;
    case 4: product<4>(format, wide, s, ends, threads); break;
    case 5: product<5>(format, wide, s, ends, threads); break;
    case 6: product<6>(format, wide, s, ends, threads); break;
    case 7: product<7>(format, wide, s, ends, threads); break;
    case 8: product<8>(format, wide, s, ends, threads); break;
    default: free(wide); return 2;
  }
  free(wide);
  return 0;
}

}  // namespace

extern "C" {

int qvl_bfloat16(const void* x, const void* weights, const void* bias, void* out, long m, long n,
                 long k, int narrow, int threads) {
  const BFloat16 format = {(const uint16_t*)weights, k};
  return run(format, x, k, {m, n, k / 32}, {bias, out, narrow != 0}, threads);
}

int qvl_int8(const void* x, const void* weights, const void* scales, const void* bias, void* out,
             long m, long n, long k, int narrow, int threads) {
  const long blocks = (k + 63) / 64;
  const Int8 format = {(const int8_t*)weights, (const float*)scales, blocks};
  return run(format, x, k, {m, n, blocks}, {bias, out, narrow != 0}, threads);
}

int qvl_int4(const void* x, const void* weights, const void* scales, const void* zeros,
             const void* bias, void* out, long m, long n, long k, int narrow, int threads) {
  const long groups = (k + 127) / 128;
  const Int4 format = {(const uint32_t*)weights, (const uint16_t*)scales, (const uint8_t*)zeros,
                       groups};
  return run(format, x, k, {m, n, groups}, {bias, out, narrow != 0}, threads);
}

}  // extern "C"
