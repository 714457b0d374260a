/** The logo of the product: two arrows in opposite directions. */

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#2f5fd0" />
      <path
        d="M7 12h12m-4-4 4 4-4 4M25 20H13m4 4-4-4 4-4"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
