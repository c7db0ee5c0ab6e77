/**
 * Bytes over time: a token bucket with a ceiling, a fair limiter on top of it, and streams paced by a limiter.
 *
 * @example
 * ```ts
 * const limiter = createLimiter({ rate: parseRate('10M') });
 * await pipeline(image, paced(limiter), file);
 * limiter.setRate(parseRate('off')); // at any time, by anybody who holds it
 * ```
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { ManualClock } from './manual-clock.ts';
export { formatRate, parseRate } from './rate.ts';
export type { Rate } from './rate.ts';
export { formatBytes } from './format-bytes.ts';
export { TokenBucket } from './token-bucket.ts';
export type { TokenBucketInit } from './token-bucket.ts';
export { createLimiter } from './limiter.ts';
export type { Limiter, LimiterInit } from './limiter.ts';
export { paced } from './paced.ts';
export { Meter } from './meter.ts';
