import { IsArray, IsIn, IsInt, IsString } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PROBLEMS, type ProblemCode } from '../problems.ts';
import { IsNestedEach, MayBeAbsent } from './wire-decorators.ts';

/** One offending field of an invalid body. */
export class FieldFaultDto {
  @IsString()
  @JSONSchema({ description: "Dotted path; '' for the body as a whole." })
  field!: string;

  @IsString()
  code!: string;

  @IsString()
  message!: string;
}

/** An `application/problem+json` body (RFC 9457). */
export class ProblemDto {
  @IsString()
  type!: string;

  @IsString()
  title!: string;

  @IsInt()
  status!: number;

  @IsIn(Object.keys(PROBLEMS))
  @JSONSchema({ description: 'Stable; what a client switches over.' })
  code!: ProblemCode;

  @MayBeAbsent()
  @IsString()
  detail?: string;

  @MayBeAbsent()
  @IsArray()
  @IsNestedEach(() => FieldFaultDto)
  fields?: FieldFaultDto[];
}
