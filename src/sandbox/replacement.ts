/** The progress of a task set's replacement, as reported by ECS to CodeDeploy. */
export interface ReplacementState {
  state: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  reason: string;
}
