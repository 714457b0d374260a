export default function ErrorTracking() { return <p>ErrorTracking</p>; }
