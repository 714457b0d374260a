export default function DeliveryPage() { return <p>DeliveryPage</p>; }
