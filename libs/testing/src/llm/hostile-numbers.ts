import { type Make, quietGpus, readings, strange, WORDS } from './hostile-makers.js';

export const numbers: Make = (request, dice) => {
  const number = strange(request, dice);
  return [
    `The GPU draws ${number} W.`,
    `It reached ${number} °C.`,
    `${number} requests are waiting in the queue.`,
    `The KV cache holds ${number} GiB.`,
    `Throughput is ${number} tokens per second.`,
    `About ${(number / 100).toFixed(2)} % of the requests are affected.`,
    `The latency is ${number} ms.`,
    `The SM clock is at ${number} MHz.`,
  ];
};

export const disguised: Make = (_, dice) => {
  const word = dice.of(WORDS);
  return [
    `The GPU draws ${word} watts.`,
    'Latency has tripled.',
    'Throughput would be 7x higher.',
    'Throughput would be sevenfold.',
    'Roughly two sevenths of the time is lost.',
    'This is an order of magnitude too slow.',
    `It draws １７３３ watts.`,
    `It draws 1\u200b7\u200b3\u200b3 watts.`,
    `It draws ١٧٣٣ watts.`,
    `It draws 1.733 kW.`,
    `It draws 1.7e3 W.`,
    `Tens of thousands of requests are lost.`,
    `A dozen and a half engines are affected.`,
    `The count is 10⁷.`,
  ];
};

export const wrongUnits: Make = (request, dice) => {
  const reading = dice.of(readings(request).filter(({ evidence, value }) => evidence.unit === 'celsius' && value > 20));
  return reading === undefined
    ? []
    : [
        `The power draw is ${reading.value} W.`,
        `There are ${reading.value} requests waiting.`,
        `The GPU is ${reading.value} % busy.`,
      ];
};

export const swapped: Make = (request, dice) => {
  const [gpu] = quietGpus(request);
  if (gpu === undefined) return [];
  const reading = dice.of(readings(request).filter(({ finding }) => finding.subject.kind === 'gpu'));
  const index = gpu.replace('GPU ', '');
  const ordinal = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'][Number(index)];
  return [
    `${gpu} is limited in the same way.`,
    `The problem is on cuda:${index}.`,
    ...(ordinal === undefined ? [] : [`The ${ordinal} GPU shows the same problem.`]),
    ...(reading ? [`On ${gpu}, the reading is ${reading.value}.`] : []),
    ...(request.snapshot.gpus.length > 1 ? [`All GPUs are affected.`, `Every GPU of the host has this problem.`] : []),
  ];
};

export const unknownSubjects: Make = ({ snapshot }) => {
  const next = snapshot.gpus.length + 5;
  return [
    `GPU ${next} has the same problem.`,
    `See GPU-00000000-dead-beef-0000-00000000f00d for details.`,
    `The engine at http://10.66.6.6:8123 is concerned as well.`,
    `The bus id 00000000:FE:00.0 is concerned.`,
    `GPU ${['twenty', 'thirty', 'forty'][next % 3] ?? 'thirty'} is the one to look at.`,
  ];
};

export const bounds: Make = (request, dice) => {
  const pairs = readings(request).filter(
    ({ evidence, value }) =>
      typeof evidence.threshold === 'number' &&
      Math.abs(evidence.threshold - value) > Math.abs(value) * 0.3 &&
      ['celsius', 'watts', 'ratio'].includes(evidence.unit) &&
      value > 0.05 &&
      evidence.threshold > 0.05,
  );
  const pair = dice.of(pairs);
  if (!pair || typeof pair.evidence.threshold !== 'number') return [];
  const say = (value: number): string =>
    pair.evidence.unit === 'ratio'
      ? `${Math.round(value * 100)} %`
      : `${Math.round(value)} ${pair.evidence.unit === 'celsius' ? '°C' : 'W'}`;
  const [value, bound] = [say(pair.value), say(pair.evidence.threshold)];
  if (value === bound) return [];
  return [
    `It was ${bound} against a threshold of ${value}.`,
    `It is ${value}, which is ${pair.value > pair.evidence.threshold ? 'below' : 'above'} the threshold of ${bound}.`,
    `With ${value}, it ${pair.value > pair.evidence.threshold ? 'stays under' : 'exceeds'} the threshold of ${bound}.`,
  ];
};

export const quantities: Make = (request, dice) => {
  const hot = dice.of(readings(request).filter(({ evidence }) => evidence.signal === 'gpus.temperature.gpuCelsius'));
  const kv = dice.of(
    readings(request).filter(({ evidence, value }) => evidence.signal === 'engines.kvCacheUsageRatio' && value > 0.02),
  );
  const running = dice.of(
    readings(request).filter(({ evidence, value }) => evidence.signal === 'engines.requestsRunning' && value > 12),
  );
  const memory = hot && hot.finding.evidence.find(({ signal }) => signal === 'gpus.temperature.memoryCelsius')?.value;
  const taken = new Set(readings(request).map(({ value }) => Math.round(value)));
  return [
    ...(hot && hot.value !== memory ? [`The memory temperature is ${hot.value} °C.`] : []),
    ...(kv
      ? [
          `The fan runs at ${(kv.value * 100).toFixed(1)} %.`,
          `The preemption rate is ${(kv.value * 100).toFixed(1)} %.`,
        ]
      : []),
    ...(running &&
    [...taken].filter((one) => one === running.value).length === 1 &&
    readings(request).filter(({ value }) => value === running.value).length === 1
      ? [`${running.value} requests are waiting in the queue.`]
      : []),
  ];
};
