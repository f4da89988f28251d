using Xunit;

namespace Ravatar.Client.Tests;

public sealed class DotProductTests
{
    [Fact]
    public void Vectors_and_the_plain_loop_give_the_same_bits()
    {
        var random = new Random(11);
        for (int n = 0; n < 500; n++)
        {
            int length = DotProduct.Lanes * random.Next(0, 20);
            float[] a =
            [
                .. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 6)))),
            ];
            float[] b = [.. Enumerable.Range(0, length).Select(_ => (float)(random.NextDouble() - 0.5))];

            Assert.Equal(
                BitConverter.SingleToInt32Bits(DotProduct.ComputeScalar(a, b)),
                BitConverter.SingleToInt32Bits(DotProduct.Compute(a, b))
            );
            Assert.Equal(
                BitConverter.SingleToInt32Bits(DotProduct.ComputeScalar(a, b)),
                BitConverter.SingleToInt32Bits(DotProduct.ComputeNarrow(a, b))
            );
        }
    }

    [Fact]
    public void The_sum_is_the_sum()
    {
        float[] a = [.. Enumerable.Range(0, 64).Select(i => (float)i)];
        float[] b = [.. Enumerable.Repeat(2f, 64)];

        Assert.Equal(64 * 63, DotProduct.Compute(a, b));
    }
}
