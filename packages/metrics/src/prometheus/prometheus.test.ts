import { expect, test } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from './index.ts';

test('metrics in the order in which they were made, in the text format of Prometheus', () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'c_total', help: 'a \\ b\nc', labelNames: ['peer', 'code'], registry });
  counter.inc({ code: 'X', peer: 'a' }, 3);
  counter.inc({ peer: 'a', code: 'X' });
  counter.inc({ peer: 'b', code: 'X' });
  new Counter({ name: 'd_total', help: 'without labels', registry });
  new Counter({ name: 'e_total', help: 'nothing yet', labelNames: ['peer'], registry });
  let level = 1.5;
  new Gauge({
    name: 'g',
    help: 'asked each time',
    registry,
    collect() {
      this.set({}, level++);
    },
  });
  const histogram = new Histogram({ name: 'h', help: 'observed', buckets: [0.125, 1], registry });
  for (const value of [0.125, 0.5, 7]) histogram.observe(value);

  const text = (gauge: string): string => `# HELP c_total a \\\\ b\\nc
# TYPE c_total counter
c_total{peer="a",code="X"} 4
c_total{peer="b",code="X"} 1

# HELP d_total without labels
# TYPE d_total counter
d_total 0

# HELP e_total nothing yet
# TYPE e_total counter

# HELP g asked each time
# TYPE g gauge
g ${gauge}

# HELP h observed
# TYPE h histogram
h_bucket{le="0.125"} 1
h_bucket{le="1"} 2
h_bucket{le="+Inf"} 3
h_sum 7.625
h_count 3
`;
  expect(registry.text()).toBe(text('1.5'));
  expect(registry.text()).toBe(text('2.5'));
  expect(registry.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
});

test('a value of a label cannot end it, nor the line', () => {
  const registry = new Registry();
  new Counter({ name: 'c', help: '', labelNames: ['peer'], registry }).inc({ peer: 'a"} 9\nd{x="\\' });
  expect(registry.text().split('\n')[2]).toBe('c{peer="a\\"} 9\\nd{x=\\"\\\\"} 1');
});

test('two sets of labels are two, however their values are written together', () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'c', help: '', labelNames: ['a', 'b'], registry });
  counter.inc({ a: '1,2', b: '' });
  counter.inc({ a: '1', b: '2,' });
  expect(registry.text().split('\n').slice(2, 4)).toEqual(['c{a="1,2",b=""} 1', 'c{a="1",b="2,"} 1']);
});

test('a counter does not go back', () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'c', help: '', registry });
  counter.inc({}, 5);
  counter.inc({}, -2);
  expect(registry.text()).toContain('\nc 5\n');
});

test.each([
  [Infinity, '+Inf'],
  [-Infinity, '-Inf'],
  [NaN, 'NaN'],
  [1e21, '1e+21'],
  [4_398_046_511_104, '4398046511104'],
])('%d is written %s', (value, text) => {
  const registry = new Registry();
  new Gauge({ name: 'g', help: '', registry }).set({}, value);
  expect(registry.text()).toContain(`\ng ${text}\n`);
});
