import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsString,
  MaxLength,
  ValidateIf,
} from 'class-validator';

const DECISIONS = ['approve', 'reject'] as const;
const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

export class ApprovalDto {
  @ApiProperty({ enum: DECISIONS })
  @IsIn(DECISIONS)
  decision!: (typeof DECISIONS)[number];

  @ApiProperty({ type: String, description: '`plan.hash` of the run, which binds the decision to what was looked at.' })
  // Any text is a hash that differs: that is a conflict, and no fault of form.
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  planHash!: string;

  @ApiPropertyOptional({ type: [String], description: 'Only these actions; the others count as rejected.' })
  @IfGiven()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  actionIds?: string[];

  @ApiPropertyOptional({ type: String, maxLength: 1000 })
  @IfGiven()
  @IsString()
  @MaxLength(1000)
  comment?: string;
}
