import { ServiceError } from '../service.ts';

/** ECS's general complaint about a request. */
export const clientError = (message: string) => new ServiceError('ClientException', message);

/** ECS's complaint about one parameter. */
export const invalidParameter = (message: string) =>
  new ServiceError('InvalidParameterException', message);

/** The cluster does not exist or was deleted. */
export const clusterNotFound = (message = 'Cluster not found.') =>
  new ServiceError('ClusterNotFoundException', message);

/** The service does not exist. */
export const serviceNotFound = () =>
  new ServiceError('ServiceNotFoundException', 'Service not found.');
