/** The stack: a CloudFormation template. */
export type AutoRedeployPrintDocument = object;
