/** What both toolstacks do with one guest, one action after the other. */
export interface Action {
  readonly name: string;
  /** lines of a shell on a host of the lab */
  readonly xl: string;
  readonly ours: string;
}

const GUEST = 'bench';
const CONFIG = '/guests/polite.cfg';
/** In memory, so that no disk is measured. */
const IMAGE = '/dev/shm/bench.img';

/** @param mib memory of the guest */
export function actionsWith(mib: number): readonly Action[] {
  const settings = `name=${GUEST} memory=${mib}`;
  return [
    {
      name: 'create',
      xl: `xl create -q ${CONFIG} 'name="${GUEST}"' memory=${mib}`,
      ours: `vm-create ${CONFIG} ${settings}`,
    },
    { name: 'list', xl: 'xl list', ours: 'vm-list' },
    { name: 'pause', xl: `xl pause ${GUEST}`, ours: `vm-pause ${GUEST}` },
    { name: 'unpause', xl: `xl unpause ${GUEST}`, ours: `vm-unpause ${GUEST}` },
    { name: 'save', xl: `xl save ${GUEST} ${IMAGE}`, ours: `vm-save ${GUEST} -o ${IMAGE}` },
    { name: 'restore', xl: `xl restore ${IMAGE} && rm ${IMAGE}`, ours: `vm-restore ${IMAGE} && rm ${IMAGE}` },
    // xl has no word for it.
    { name: 'save, compressed', xl: `xl save ${GUEST} ${IMAGE}`, ours: `vm-save -z ${GUEST} -o ${IMAGE}` },
    { name: 'restore of that', xl: `xl restore ${IMAGE}`, ours: `vm-restore ${IMAGE}` },
    { name: 'destroy', xl: `xl destroy ${GUEST}`, ours: `vm-destroy ${GUEST}` },
  ];
}

/** Puts a host in order that was left in the middle. */
export const TIDY = `xl destroy ${GUEST} 2>/dev/null; rm -f ${IMAGE}; true`;
