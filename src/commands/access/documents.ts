/** Who calls AWS, how, and what decides that. */
export interface WhoamiDocument {
  /** Account ID. Absent if AWS could not be asked. */
  account?: string;
  /** ARN of the caller. Absent if AWS could not be asked. */
  arn?: string;
  credentials: {
    /** What brings the credentials: a variable, or what a profile says. */
    source: string;
    /** What is set as well and not used. */
    ignored: string[];
  };
  profile?: WhoamiSetting;
  region?: WhoamiSetting;
  /** Addresses that are not AWS's own. */
  endpoints: WhoamiEndpoint[];
  /** The proxy, without user name and password. */
  proxy?: WhoamiSetting;
  /** The variable or profile that names the file of trusted certificates. */
  caBundle?: string;
  fips?: WhoamiSwitch;
  dualstack?: WhoamiSwitch;
  retryMode?: WhoamiSetting;
  maxAttempts?: WhoamiNumber;
}

/** A setting, and what sets it. */
export interface WhoamiSetting {
  value: string;
  /** An option, a variable or a profile. */
  source: string;
}

/** An address of AWS, and what sets it. */
export interface WhoamiEndpoint extends WhoamiSetting {
  /** Absent if the address is that of all services. */
  service?: string;
}

/** A setting that is on or off, and what sets it. */
export interface WhoamiSwitch {
  value: boolean;
  /** A variable or a profile. */
  source: string;
}

/** A number that is set, and what sets it. */
export interface WhoamiNumber {
  value: number;
  /** A variable or a profile. */
  source: string;
}
