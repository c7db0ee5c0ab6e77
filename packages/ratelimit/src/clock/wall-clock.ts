/**
 * The clock on the wall, for timetables. It is asked and never calculated with: it jumps when summer time begins or
 * ends, or when it is set.
 */
export interface WallClock {
  /** The local time, as ms since 00:00; on a day of 23 or 25 hours, too, 08:00 is 8 × 3 600 000. */
  msOfDay(): number;
}

/** The machine's, in its time zone. */
export const systemWallClock: WallClock = {
  msOfDay() {
    const date = new Date();
    return (
      ((date.getHours() * 60 + date.getMinutes()) * 60 + date.getSeconds()) * 1000 + date.getMilliseconds()
    );
  },
};
