export default function ImportPage() { return <p>ImportPage</p>; }
