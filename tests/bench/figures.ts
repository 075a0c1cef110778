/**
 * All figures of the bench, in the order of the table.
 */

/** What a figure is called and how it is shown. */
export interface Figure {
  label: string;
  /** Decimal places in the table. */
  decimals: number;
  /** The direct figure is taken off: what remains is what the gateway adds. */
  added?: true;
  /** Read from /proc, so there is none without a process id. */
  process?: true;
}

/** Every figure by its name in the JSON summary. Names end in the unit where there is one. */
export const figures = {
  failed_requests: { label: "requests failed or without an end", decimals: 0 },
  verify_faults: { label: "3000 tokens: faults in text or end", decimals: 0 },
  idle_rss_mb: { label: "memory at rest, MB", decimals: 0, process: true },

  ttft_added_p50_us: { label: "first token added, keep-alive, p50 us", decimals: 0, added: true },
  ttft_added_p99_us: { label: "first token added, keep-alive, p99 us", decimals: 0, added: true },
  ttft_newconn_p50_us: { label: "first token, new connection, p50 us", decimals: 0 },
  ttft_newconn_p99_us: { label: "first token, new connection, p99 us", decimals: 0 },
  cpu_us_per_req: { label: "small request: CPU us", decimals: 0, process: true },

  fire_cpu_us: { label: "firehose: CPU us/event", decimals: 2, process: true },
  fire_k_events_s: { label: "firehose: thousand events/s", decimals: 0 },
  fire1_cpu_us: { label: "firehose, 1 event/send: CPU us/event", decimals: 2, process: true },
  fire1_k_events_s: { label: "firehose, 1 event/send: thousand events/s", decimals: 0 },

  body_30k_added_ms: { label: "30 KB prompt: added ms", decimals: 1, added: true },
  body_30k_cpu_ms_per_mb: { label: "30 KB prompt: CPU ms/MB", decimals: 1, process: true },
  body_1m_added_ms: { label: "1 MB prompt: added ms", decimals: 1, added: true },
  body_1m_cpu_ms_per_mb: { label: "1 MB prompt: CPU ms/MB", decimals: 1, process: true },
  body_5m_added_ms: { label: "5 MB prompt: added ms", decimals: 1, added: true },
  body_5m_cpu_ms_per_mb: { label: "5 MB prompt: CPU ms/MB", decimals: 1, process: true },
  body_5m_peak_rss_mb: { label: "5 MB prompt: peak memory, MB", decimals: 0, process: true },

  slow_growth_mb: { label: "slow reader: memory growth, MB", decimals: 1, process: true },
  slow_cancel_ms: { label: "slow reader dropped: cancel ms", decimals: 2 },

  reuse_delay_p50_ms: { label: "reused connections: token delay p50 ms", decimals: 2 },
  reuse_delay_p99_ms: { label: "reused connections: token delay p99 ms", decimals: 2 },

  hold8_cpu_us: { label: "8 x 100/s: CPU us/event", decimals: 1, process: true },
  hold8_delay_p50_ms: { label: "8 x 100/s: token delay p50 ms", decimals: 2 },
  hold8_delay_p99_ms: { label: "8 x 100/s: token delay p99 ms", decimals: 2 },
  hold8_rss_mb: { label: "8 x 100/s: memory, MB", decimals: 0, process: true },
  hold8_delivered_pct: { label: "8 x 100/s: tokens delivered, %", decimals: 0 },
  hold8_left: { label: "8 x 100/s: streams left after the drop", decimals: 0 },
  hold200_cpu_us: { label: "200 x 50/s: CPU us/event", decimals: 1, process: true },
  hold200_delay_p50_ms: { label: "200 x 50/s: token delay p50 ms", decimals: 2 },
  hold200_delay_p99_ms: { label: "200 x 50/s: token delay p99 ms", decimals: 2 },
  hold200_rss_mb: { label: "200 x 50/s: memory, MB", decimals: 0, process: true },
  hold200_delivered_pct: { label: "200 x 50/s: tokens delivered, %", decimals: 0 },
  hold200_left: { label: "200 x 50/s: streams left after the drop", decimals: 0 },
  hold1000_cpu_us: { label: "1000 x 50/s: CPU us/event", decimals: 1, process: true },
  hold1000_delay_p50_ms: { label: "1000 x 50/s: token delay p50 ms", decimals: 2 },
  hold1000_delay_p99_ms: { label: "1000 x 50/s: token delay p99 ms", decimals: 2 },
  hold1000_rss_mb: { label: "1000 x 50/s: memory, MB", decimals: 0, process: true },
  hold1000_delivered_pct: { label: "1000 x 50/s: tokens delivered, %", decimals: 0 },
  hold1000_left: { label: "1000 x 50/s: streams left after the drop", decimals: 0 },

  cancel_mid_p50_ms: { label: "cancel in mid-stream: p50 ms", decimals: 2 },
  cancel_mid_max_ms: { label: "cancel in mid-stream: max ms", decimals: 2 },
  cancel_wait_p50_ms: { label: "cancel before the headers: p50 ms", decimals: 2 },
  cancel_wait_max_ms: { label: "cancel before the headers: max ms", decimals: 2 },
  cancel_slow_p50_ms: { label: "cancel at 1 token/s: p50 ms", decimals: 2 },
  cancel_slow_max_ms: { label: "cancel at 1 token/s: max ms", decimals: 2 },
} as const satisfies Record<string, Figure>;

/** The name of a figure in the JSON summary. */
export type FigureName = keyof typeof figures;

/** All names, in the order of the table. */
export const figureNames = Object.keys(figures) as FigureName[];

/** How a figure is shown, without the literal types of the list. */
export function figureOf(name: FigureName): Figure {
  return figures[name];
}

/** Figures by name. `NaN`: could not be measured; `Infinity`: never happened; absent: not asked for. */
export type Sample = Partial<Record<FigureName, number>>;
