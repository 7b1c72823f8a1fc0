// What the page says of vendors. A vendor that is not here is shown by its name in the graph.
import type { Vendor } from './operations.ts';

const labels: Partial<Record<Vendor, string>> = {
  ACTIVITYINFO: 'ActivityInfo',
  SOFTWAREONE: 'SoftwareOne',
  ACTIVEPLATFORM: 'ActivePlatform',
  BLENDVISION: 'BlendVision',
};

export const vendorLabel = (vendor: Vendor): string => labels[vendor] ?? vendor;

// tellsSignIns are the vendors that tell last sign-ins (User.lastLoginAt): for their users, null
// means never.
const tellsSignIns: Vendor[] = ['ACTIVITYINFO', 'SOFTWAREONE'];

export const tellsLastSignIn = (vendor: Vendor): boolean => tellsSignIns.includes(vendor);
