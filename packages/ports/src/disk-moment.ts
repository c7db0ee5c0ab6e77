/** When one side has let go of the disks of a guest, or has opened them; it goes into the journal. */
export interface DiskMoment {
  /** as that side names them, e.g. "/srv/web1.qcow2" */
  readonly paths: readonly string[];
  /** wall clock, ms since 1970 */
  readonly at: number;
}
