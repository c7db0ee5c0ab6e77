// Run in dom0 by fail-each-step.lab.test.ts: creates the domain of a configuration file once for each step of the
// plan, with a failure in place of the step behind it, and prints what came of it as JSON.
import { VmToolsError } from '@vm-tools/errors';
import { nativeDom0 } from '@vm-tools/dom0';
import { openXen } from '@vm-tools/xc-native';
import { connectXenstore } from '@vm-tools/xenstore';
import { noTransfers, planCreate, readConfigFile, runPipeline, type Step } from '../src/index.ts';

const failing: Step<object> = {
  name: 'failing',
  about: () => 'fails',
  run: () =>
    Promise.reject(new VmToolsError({ code: 'TEST_FAILURE', message: 'the step that always fails' })),
};

const [file = ''] = process.argv.slice(2);
const config = await readConfigFile(file, {});
const xen = await openXen();
const store = await connectXenstore();
const plan = planCreate(config);
const results = [];
for (const [index, stage] of plan.stages.entries()) {
  const upTo = { ...plan, stages: [...plan.stages.slice(0, index + 1), [failing]] };
  const error = await runPipeline(upTo, {
    xen,
    store,
    dom0: nativeDom0(),
    root: '/',
    transfers: noTransfers,
  }).then(
    () => undefined,
    (thrown: unknown) => thrown as VmToolsError,
  );
  results.push({
    step: stage.map(({ name }) => name).join(', '),
    code: error?.code,
    leftovers: error?.leftovers,
  });
}
console.log(JSON.stringify(results));
await store.close();
await xen.close();
