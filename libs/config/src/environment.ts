import 'reflect-metadata';
import { IsIn, IsInt, IsNotEmpty, IsNumber, IsOptional, IsUrl, Matches, Max, Min } from 'class-validator';
import { Transform } from 'class-transformer';
import { RUN_MODES } from '@app/core';
import { GPU_SOURCES } from './settings.js';

const API_KEY = /^[A-Za-z0-9_.-]+:(viewer|operator|approver|admin):[0-9a-fA-F]{64}$/;
const HOST_NAME = /^[A-Za-z0-9.-]+(:\d+)?$|^\[[0-9a-fA-F:]+\](:\d+)?$/;

function toNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
}
function toList({ value }: { value: unknown }): unknown {
  return typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : value;
}
function toBoolean({ value }: { value: unknown }): unknown {
  if (value === 'true' || value === '1') return true;
  return value === 'false' || value === '0' ? false : value;
}
const HTTP_URL = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** The environment as typed fields with their rules. Defaults stand here and nowhere else. */
export class Environment {
  @IsNotEmpty() HOST: string = '127.0.0.1';
  @Transform(toNumber) @IsInt() @Min(0) @Max(65535) PORT: number = 3000;
  @Transform(toList) @Matches(HOST_NAME, { each: true }) ALLOWED_HOSTS: string[] = [];
  @IsOptional() @Transform(toNumber) @IsInt() @Min(0) RATE_LIMIT_PER_MINUTE?: number;
  @Transform(toList)
  @Matches(API_KEY, { each: true, message: 'API_KEYS must be a comma list of name:role:sha256hex' })
  API_KEYS: string[] = [];
  @IsNotEmpty() DATA_DIR: string = './data';
  @IsOptional() @Matches(/^postgres(ql)?:\/\//) DATABASE_URL?: string;
  @IsOptional() @IsNotEmpty() CONFIG_FILE?: string;
  @IsIn(GPU_SOURCES) GPU_SOURCE: (typeof GPU_SOURCES)[number] = 'auto';
  @IsOptional() @IsUrl(HTTP_URL) DCGM_URL?: string;
  @IsOptional() @IsUrl(HTTP_URL) NODE_EXPORTER_URL?: string;
  @Transform(toList) @IsUrl(HTTP_URL, { each: true }) ENGINE_URLS: string[] = [];
  @Transform(toList) @IsUrl(HTTP_URL, { each: true }) LMCACHE_URLS: string[] = [];
  @IsNotEmpty() KERNEL_LOG: string = 'auto';
  @Transform(toNumber) @IsInt() @Min(500) @Max(60000) SAMPLE_INTERVAL_MS: number = 10000;
  @Transform(toNumber) @IsInt() @Min(100) @Max(60000) COLLECT_TIMEOUT_MS: number = 5000;
  @IsOptional() @IsNotEmpty() GROQ_API_KEY?: string;
  @IsNotEmpty() GROQ_MODEL: string = 'openai/gpt-oss-20b';
  @IsUrl(HTTP_URL) GROQ_BASE_URL: string = 'https://api.groq.com';
  @Transform(toBoolean) @IsIn([true, false], { message: 'LLM_ENABLED must be true or false' }) LLM_ENABLED: boolean =
    true;
  @Transform(toNumber) @IsInt() @Min(100) @Max(600000) LLM_TIMEOUT_MS: number = 20000;
  @Transform(toNumber) @IsInt() @Min(0) @Max(10) LLM_MAX_RETRIES: number = 2;
  @Transform(toNumber) @IsInt() @Min(0) LLM_DAILY_TOKEN_BUDGET: number = 200000;
  @IsIn(RUN_MODES) POLICY_MAX_MODE: (typeof RUN_MODES)[number] = 'approve';
  @Transform(toNumber) @IsInt() @Min(1) APPROVAL_TTL_SECONDS: number = 3600;
  @Transform(toNumber) @IsInt() @Min(5) @Max(3600) MONITOR_WINDOW_SECONDS: number = 120;
  @Transform(toNumber) @IsNumber() @Min(0) SLO_TTFT_P95_SECONDS: number = 2.0;
  @Transform(toNumber) @IsNumber() @Min(0) SLO_ITL_P95_SECONDS: number = 0.1;
  @Transform(toNumber) @IsInt() @Min(0) @Max(600000) SHUTDOWN_GRACE_MS: number = 10000;
}
