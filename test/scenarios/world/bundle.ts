/** What a person copies off a machine at one time, as the interface of `POST /analysis` wants it. */
export interface BundleFrame {
  at: string;
  nvidiaSmi?: { stdout: string; stderr?: string; exitCode?: number };
  metrics?: BundlePage[];
  kernelLog?: string;
  files?: Record<string, string>;
}

export interface BundlePage {
  url?: string;
  /** 200 when absent; 0 when nobody answered. */
  status?: number;
  text: string;
}

/** A recording. Its fields may be changed after it was made, to spoil or leave out what a scenario wants. */
export interface Bundle {
  target?: string;
  frames: BundleFrame[];
  settings?: { sloTtftP95Seconds?: number; sloItlP95Seconds?: number; expectedGpuUuids?: string[] };
}
