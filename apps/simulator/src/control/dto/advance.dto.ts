import { IsNumber, Max, Min } from 'class-validator';

/** An hour at a time: it is computed at once, and nothing else is answered meanwhile. */
const MOST_SECONDS = 3600;

export class AdvanceDto {
  @IsNumber() @Min(0) @Max(MOST_SECONDS) seconds!: number;
}
