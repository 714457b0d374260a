export default function StatusPage() { return <p>StatusPage</p>; }
