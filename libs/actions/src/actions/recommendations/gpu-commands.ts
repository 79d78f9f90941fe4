import { type Advice, engineOf, given, gpuIds, gpuOf, now, type Recommendation } from './recommendation.js';

function smi(advice: Advice, rest: string): string {
  return `nvidia-smi -i ${gpuIds(advice)} ${rest}`;
}

const drain = (advice: Advice): string => {
  const engine = engineOf(advice)?.id ?? '<engine>';
  return `take ${engine} out of the router, wait until it runs no request, stop it through its owner, and see that ${smi(advice, '--query-compute-apps=pid --format=csv,noheader')} lists nothing`;
};

export const GPU_COMMANDS: Readonly<Record<string, Recommendation>> = {
  'gpu-set-power-limit': (advice) => {
    const limit = gpuOf(advice)?.power.requestedLimitWatts;
    return `${smi(advice, `-pl ${given(advice, 'watts')}`)}${now(limit == null ? null : `${limit} W`)}`;
  },
  'gpu-restore-power-limit': (advice) => {
    const power = gpuOf(advice)?.power;
    const limit = power?.requestedLimitWatts;
    return `${smi(advice, `-pl ${power?.defaultLimitWatts ?? '<default limit>'}`)}${now(limit == null ? null : `${limit} W`)}`;
  },
  'gpu-lock-clocks': (advice) => {
    const mhz = gpuOf(advice)?.clocks.smMhz;
    const range = `${given(advice, 'minMhz')},${given(advice, 'maxMhz')}`;
    return `${smi(advice, `-lgc ${range}`)}${now(mhz == null ? null : `${mhz} MHz`)}; back with -rgc`;
  },
  'gpu-reset-clocks': (advice) => smi(advice, '-rgc'),
  'gpu-persistence-on': (advice) => `${smi(advice, '-pm 1')}, or for good: systemctl enable --now nvidia-persistenced`,
  'gpu-compute-mode-default': (advice) => `${smi(advice, '-c 0')}${now(gpuOf(advice)?.computeMode)}`,
  'gpu-drain': drain,
  'gpu-reset': (advice) => `collect diagnostics, then ${drain(advice)}, then ${smi(advice, '--gpu-reset')}`,
  'gpu-lock-memory-clocks': (advice) => {
    const range = `${given(advice, 'minMhz')},${given(advice, 'maxMhz')}`;
    return `${smi(advice, `-lmc ${range}`)} (not on Hopper); back with -rmc. It slows decoding down.`;
  },
  'gpu-ecc-enable': (advice) => `${smi(advice, '-e 1')}, then reset the drained GPU or reboot`,
  'gpu-mig-reconfigure': (advice) => {
    const list = smi(advice, '').trim().replace('nvidia-smi ', 'nvidia-smi mig ');
    return `on the drained GPU: ${list} -dci; ${list} -dgi; ${list} -cgi ${given(advice, 'profiles')} -C (profiles: ${list} -lgip)`;
  },
};
