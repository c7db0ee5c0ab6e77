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
export { systemClock } from './clock/clock.ts';
export type { Clock } from './clock/clock.ts';
export { ManualClock } from './clock/manual-clock.ts';
export { systemWallClock } from './clock/wall-clock.ts';
export type { WallClock } from './clock/wall-clock.ts';
export { formatRate, parseRate } from './rate/rate.ts';
export type { Rate } from './rate/rate.ts';
export { formatBytes } from './rate/format-bytes.ts';
export { formatSchedule, parseSchedule, rateAt } from './schedule/schedule.ts';
export type { Schedule, ScheduleEntry } from './schedule/schedule.ts';
export { followSchedule } from './schedule/follow-schedule.ts';
export type { FollowedSchedule, FollowOptions } from './schedule/follow-schedule.ts';
export { TokenBucket } from './limiter/token-bucket.ts';
export type { TokenBucketInit } from './limiter/token-bucket.ts';
export { createLimiter } from './limiter/create-limiter.ts';
export type { LimiterInit } from './limiter/create-limiter.ts';
export { sliceBytes } from './limiter/limiter.ts';
export type { Limiter } from './limiter/limiter.ts';
export type { LimiterNode } from './limiter/limiter-node.ts';
export { paced } from './stream/paced.ts';
export { pump } from './stream/pump.ts';
export type { PumpOptions } from './stream/pump.ts';
export { Meter } from './meter.ts';
