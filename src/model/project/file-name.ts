/** The file in a repository that holds the options of its commands. */
export const projectFileName = '.ecs-secrets.json';
