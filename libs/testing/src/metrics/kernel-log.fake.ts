/** A `/dev/kmsg` in memory; push to `records` what the kernel logs next, or the error of the next read. */
export interface FakeKmsgDevice {
  readonly records: (string | Error)[];
  readonly isClosed: boolean;
  read(buffer: Buffer): Promise<number>;
  close(): Promise<void>;
}

export function aKmsgDevice(first: readonly (string | Error)[] = []): FakeKmsgDevice {
  const records = [...first];
  let isClosed = false;
  return {
    records,
    get isClosed() {
      return isClosed;
    },
    read: async (buffer) => {
      const record = records.shift() ?? Object.assign(new Error('no further record'), { code: 'EAGAIN' });
      if (typeof record !== 'string') throw record;
      return buffer.write(record);
    },
    close: async () => {
      isClosed = true;
    },
  };
}
