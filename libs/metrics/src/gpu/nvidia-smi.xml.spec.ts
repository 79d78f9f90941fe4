import { describe, expect, it } from '@jest/globals';
import { anNvidiaSmiLog } from '@app/testing/gpu';
import { mapNvidiaSmi, type NvidiaSmiReading } from './nvidia-smi.mapper.js';
import { parseNvidiaSmiXml } from './nvidia-smi.xml.js';

const LOG = anNvidiaSmiLog().withGpu({ usedMib: 1234 }).withGpu({ usedMib: 5678 }).build();

function read(text: string): NvidiaSmiReading & { damage: string | null } {
  const parsed = parseNvidiaSmiXml(text);
  if (parsed.kind !== 'data') throw new Error(`not XML: ${parsed.kind}`);
  return { ...mapNvidiaSmi(parsed.data, { isCut: parsed.damage !== null }), damage: parsed.damage };
}

function usedMib(reading: NvidiaSmiReading): (number | null)[] {
  return reading.gpus.map(({ memory }) => (memory.usedBytes === null ? null : memory.usedBytes / 1024 ** 2));
}

/** The text up to a place, and not including it. */
function before(text: string, place: string): string {
  return text.slice(0, text.lastIndexOf(place));
}

describe('parseNvidiaSmiXml', () => {
  it('sets text around the log aside', () => {
    const text = `$ nvidia-smi -q -x\n${LOG}WARNING: infoROM is corrupted`;
    const parsed = parseNvidiaSmiXml(text);
    expect(parsed).toEqual(expect.objectContaining({ kind: 'data', damage: null }));
    expect(parsed.kind === 'data' && parsed.textAround).toContain('WARNING: infoROM');
  });

  it('tells empty from broken text', () => {
    expect(parseNvidiaSmiXml(' \n').kind).toBe('empty');
    expect(parseNvidiaSmiXml('No devices were found').kind).toBe('broken');
    expect(parseNvidiaSmiXml('<?xml version="1.0" ?><nvidia_smi_log><gpu>').kind).toBe('broken');
    expect(parseNvidiaSmiXml('<gpu></gpu>').kind).toBe('broken');
  });

  it('needs neither a DOCTYPE nor an XML declaration', () => {
    expect(usedMib(read(LOG.replace(/^[\s\S]*?<nvidia_smi_log>/, '<nvidia_smi_log>')))).toEqual([1234, 5678]);
  });

  it('keeps what stands before the place where a log was cut off', () => {
    const reading = read(before(LOG, '<utilization>'));
    expect(usedMib(reading)).toEqual([1234, 5678]);
    expect(reading.gpus[1]).toEqual(
      expect.objectContaining({ driverVersion: '580.95.05', recoveryAction: 'None', processes: [] }),
    );
    expect(reading.gpus[1]?.utilization.gpuRatio).toBeNull();
    expect(reading.damage).not.toBeNull();
    expect(reading.gaps).toContainEqual({
      signal: 'gpus.utilization.gpuRatio',
      status: 'absent',
      reason: 'not in the part of the log that is left for 1 of 2 GPUs',
    });
  });

  it.each(['4', '43', '432', '4322'])('does not take a process id that was cut off after %s for one', (digits) => {
    const cut = `${before(LOG, '<pid>4322')}<pid>${digits}`;
    expect(read(cut).gpus.map(({ processes }) => processes.map(({ pid }) => pid))).toEqual([[4321], []]);
  });

  it('counts a GPU of which nothing is left', () => {
    const cut = LOG.slice(0, LOG.lastIndexOf('<gpu ') + '<gpu id="00000000:1C:00.0">\n<product_na'.length);
    const reading = read(cut);
    expect(usedMib(reading)).toEqual([1234]);
    expect(reading.gaps[0]?.reason).toBe('the driver counts 2 GPUs and nvidia-smi describes 1');
  });

  it('reads GPUs without the log around them', () => {
    const gpus = LOG.slice(LOG.indexOf('<gpu '), LOG.lastIndexOf('</gpu>') + '</gpu>'.length);
    const one = gpus.slice(0, gpus.indexOf('</gpu>') + '</gpu>'.length);
    expect(usedMib(read(gpus))).toEqual([1234, 5678]);
    expect(usedMib(read(one))).toEqual([1234]);
    expect(read(one).damage).toContain('no nvidia_smi_log element');
    expect(read(one).gpus[0]?.driverVersion).toBeNull();
  });

  it('does not lose a GPU to the damage of its neighbour', () => {
    expect(usedMib(read(LOG.replace('</compute_mode>', '</')))).toEqual([1234, 5678]);
    expect(usedMib(read(LOG.replace('<product_brand>', '<product_brand')))).toEqual([null, 5678]);
  });

  it('reads a log in which a process name is not escaped', () => {
    const reading = read(LOG.replace('VLLM::EngineCore', 'a&b&amp;c'));
    expect(reading.gpus.map(({ processes }) => processes[0]?.name)).toEqual(['a&b&c', 'VLLM::EngineCore']);
  });

  it.each(['<!', '<!-', '<![CDATA', '<!--', '<![CDATA[', '<?', '<gpu ', '<gpu>', '&', '<'])(
    'reads a long text after %s in little time',
    (beginning) => {
      const startedAt = performance.now();
      parseNvidiaSmiXml(`${beginning}${'9'.repeat(300_000)}${LOG}`);
      parseNvidiaSmiXml(`<nvidia_smi_log>${beginning.repeat(50_000)}`);
      parseNvidiaSmiXml(LOG.replace('<uuid>', `<uuid>${beginning}${'9'.repeat(300_000)}`));
      expect(performance.now() - startedAt).toBeLessThan(5000);
    },
  );

  it('is not confused by deep nesting', () => {
    const deep = '<a>'.repeat(50_000);
    expect(usedMib(read(LOG.replace('<compute_mode>', `${deep}<compute_mode>`)))).toEqual([1234, 5678]);
    const closed = `<gpu_power_readings>${deep}${'</a>'.repeat(50_000)}</gpu_power_readings>`;
    expect(usedMib(read(LOG.replace(/<gpu_power_readings>[\s\S]*?<\/gpu_power_readings>/, closed)))).toEqual([
      1234, 5678,
    ]);
  });
});
