import { frame } from '@vm-tools/libxfr/testing';
import type { Attack } from '../attack.ts';
import { call } from '../hostile.ts';
import { newId, PREAMBLE } from '../offers.ts';

export const foreignWords: Attack = {
  what: 'a peer that may send nothing says GO, STATUS and BYE for transfers of others',
  share: 6,
  run: (prey, index) =>
    call(prey, prey.limited, (stream) => {
      const about = { id: prey.others[index % prey.others.length] ?? newId(), epoch: 1 };
      stream.write(PREAMBLE);
      stream.write(frame(index % 2 === 0 ? 'GO' : 'STATUS', about));
      stream.on('heard', (heard: string) => {
        if (heard.includes('{')) stream.end(frame('BYE'));
      });
    }),
};
