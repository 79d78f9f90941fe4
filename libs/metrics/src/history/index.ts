export { HistoryReader, type HistoryQuery, type HistorySeries } from './history-reader.js';
export { HistoryRecorder } from './history-recorder.js';
export { type SeriesPoint } from './series-buckets.js';
