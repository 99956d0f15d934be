// Two streams that join: the mark of the product.
import { tokens } from "@fluentui/react-components";

export function Logo({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="7" fill={tokens.colorBrandBackground} />
      <path
        d="M6 11h6c5 0 3 10 8 10h6M6 21h6c2.5 0 3.3-2.5 4-5s1.500-5 4-5h6"
        fill="none"
        stroke={tokens.colorNeutralForegroundOnBrand}
        strokeWidth="2.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
