import { IsObject, IsOptional, IsString } from 'class-validator';

export class InjectDto {
  /** Id of the catalogue. */
  @IsString() fault!: string;
  @IsOptional() @IsObject() parameters?: Record<string, unknown>;
}
