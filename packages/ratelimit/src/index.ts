/**
 * Bytes over time: limiters that hold on several levels at once (host, peer, transfer), timetables for their rates,
 * and streams and file descriptors paced by them.
 *
 * @example
 * ```ts
 * const host = createLimiter({ rate: parseRate('1Gbit') });
 * const transfer = createLimiter({ rate: Infinity, parent: host });
 * using bandwidth = followSchedule(transfer, parseSchedule('08:00,50M 20:00,off'));
 * await pipeline(image, paced(transfer), socket);
 * ```
 *
 * @packageDocumentation
 */
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { ManualClock } from './manual-clock.ts';
export { systemWallClock } from './wall-clock.ts';
export type { WallClock } from './wall-clock.ts';
export { formatRate, parseRate } from './rate.ts';
export type { Rate } from './rate.ts';
export { formatBytes } from './format-bytes.ts';
export { formatSchedule, parseSchedule, rateAt } from './schedule.ts';
export type { Schedule, ScheduleEntry } from './schedule.ts';
export { followSchedule } from './follow-schedule.ts';
export type { FollowedSchedule, FollowOptions } from './follow-schedule.ts';
export { TokenBucket } from './token-bucket.ts';
export type { TokenBucketInit } from './token-bucket.ts';
export { createLimiter, sliceBytes } from './limiter.ts';
export type { Limiter, LimiterInit } from './limiter.ts';
export type { LimiterNode } from './limiter-node.ts';
export { paced } from './paced.ts';
export { pump } from './pump.ts';
export type { PumpOptions } from './pump.ts';
export { Meter } from './meter.ts';
