/** How the replacement of a task set goes, as ECS tells CodeDeploy. */
export interface ReplacementState {
  state: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  reason: string;
}
