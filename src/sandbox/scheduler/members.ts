import { integer, optional, text } from '../protocol/input.ts';

/** Name of a schedule or of a group. */
export const scheduleName = text(1, 64, /^[0-9a-zA-Z_.-]+$/);

/** Members for paging a list. */
export const paging = {
  MaxResults: optional(integer(1, 100)),
  NextToken: optional(text(1, 2048)),
};
